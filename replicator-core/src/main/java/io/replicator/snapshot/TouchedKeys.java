package io.replicator.snapshot;

import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.change.Tuple;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.Database;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.ReplicaRole;
import io.replicator.postgres.SqlStates;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Keys of rows that changed, gathered in temporary tables of one session of the target, whose columns have the key's types.
 * A key may be there several times. Used by one thread at a time.
 */
public final class TouchedKeys implements AutoCloseable {
    private static final int MOST_BUFFERED_BYTES = 8 << 20;
    private static final int OVERHEAD_BYTES = 128;
    /** Signature, no flags, no extension; a trailer is not required. */
    private static final byte[] BINARY_HEADER =
            "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);

    private final Connection target;
    private final Map<QualifiedName, Staging> byTable = new HashMap<>();
    private int buffered;
    private long added;

    /** The keys of one table; those which are not sent yet all have the same form. */
    private static final class Staging {
        private final String name;
        private final Set<ByteBuffer> rows = new HashSet<>();
        private boolean binary;
        private boolean any;

        private Staging(String name) {
            this.name = name;
        }
    }

    private TouchedKeys(Connection target) {
        this.target = target;
    }

    public static TouchedKeys open(Database target) {
        TouchedKeys keys = new TouchedKeys(target.open("copy"));
        try {
            ReplicaRole.assume(keys.target);
            return keys;
        } catch (SQLException e) {
            try (keys) {
                throw SqlStates.wrap(ErrorCode.COPY_FAILED, "gathering keys on the target", e);
            }
        }
    }

    /** Makes room for the keys of a table that has a key. */
    public void expect(Table table) {
        String name = "pg_temp.replicator_touched_" + byTable.size();
        List<String> columns = columns(table);
        List<String> named = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            named.add(Identifiers.quote(columns.get(i)) + " AS " + column(i));
        }
        try (Statement statement = target.createStatement()) {
            statement.execute("CREATE TEMPORARY TABLE " + name.substring("pg_temp.".length()) + " AS SELECT "
                    + String.join(", ", named) + " FROM ONLY " + table.name().quoted() + " WITH NO DATA");
        } catch (SQLException e) {
            throw failure(table.name(), e);
        }
        byTable.put(table.name(), new Staging(name));
    }

    /**
     * Adds a key.
     *
     * @param columns where the key's columns are in the tuple, all of which have a value, all in text form or all in
     *     binary form
     */
    public void add(Table table, Tuple tuple, int[] columns) {
        Staging staging = staging(table);
        boolean binary = tuple.kind(columns[0]) == Tuple.BINARY;
        if (binary != staging.binary) {
            flush(table.name(), staging);
            staging.binary = binary;
        }
        ByteBuffer row = binary ? binary(tuple, columns) : text(tuple, columns);
        if (staging.rows.add(row)) {
            staging.any = true;
            added++;
            buffered += row.remaining() + OVERHEAD_BYTES;
        }
        if (buffered > MOST_BUFFERED_BYTES) {
            flush();
        }
    }

    private static ByteBuffer text(Tuple tuple, int[] columns) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < columns.length; i++) {
            escape(tuple.text(columns[i]), line.append(i == 0 ? "" : "\t"));
        }
        return ByteBuffer.wrap(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
    }

    /** As COPY's binary format wants it (PostgreSQL documentation, COPY, "Binary Format"). */
    private static ByteBuffer binary(Tuple tuple, int[] columns) {
        int size = Short.BYTES;
        for (int column : columns) {
            size += Integer.BYTES + tuple.valueLength(column);
        }
        ByteBuffer row = ByteBuffer.allocate(size).putShort((short) columns.length);
        for (int column : columns) {
            int length = tuple.valueLength(column);
            row.putInt(length).put(tuple.buffer(), tuple.valueOffset(column), length);
        }
        return row.flip();
    }

    /** As COPY's text format wants it (PostgreSQL documentation, COPY, "Text Format"). */
    private static void escape(String value, StringBuilder line) {
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            switch (character) {
                case '\\' -> line.append("\\\\");
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> line.append(character);
            }
        }
    }

    /** Whether a table has any. */
    boolean any(Table table) {
        return staging(table).any;
    }

    /** How many were added; one that came again long after may be counted twice. */
    public long added() {
        return added;
    }

    /** Sends what is not on the target yet. */
    public void flush() {
        byTable.forEach(this::flush);
        buffered = 0;
    }

    private void flush(QualifiedName table, Staging staging) {
        if (staging.rows.isEmpty()) {
            return;
        }
        try {
            CopyIn copy = target.unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + staging.name + " FROM STDIN (FORMAT " + (staging.binary ? "binary)" : "text)"));
            try {
                if (staging.binary) {
                    copy.writeToCopy(BINARY_HEADER, 0, BINARY_HEADER.length);
                }
                for (ByteBuffer row : staging.rows) {
                    copy.writeToCopy(row.array(), row.arrayOffset(), row.remaining());
                }
                copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        } catch (SQLException e) {
            throw failure(table, e);
        }
        staging.rows.clear();
    }

    private static RuntimeException failure(QualifiedName table, SQLException cause) {
        return SqlStates.wrap(ErrorCode.COPY_FAILED, "gathering the changed keys of table " + table, cause);
    }

    /** The session that has the keys. */
    Connection session() {
        return target;
    }

    /** The temporary table with a table's keys, as SQL text; its columns are named by {@link #column}. */
    String name(Table table) {
        return staging(table).name;
    }

    private Staging staging(Table table) {
        return Objects.requireNonNull(byTable.get(table.name()), "a table whose keys are expected");
    }

    /** The name of a key's column, counted from 0. */
    static String column(int number) {
        return "k" + number;
    }

    static List<String> columns(Table table) {
        Key key = Objects.requireNonNull(table.key(), "a table with a key");
        return key.columns();
    }

    @Override
    public void close() {
        try {
            target.close();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "closing the session that gathered keys", e);
        }
    }
}
