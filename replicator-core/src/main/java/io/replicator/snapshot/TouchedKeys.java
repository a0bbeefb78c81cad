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
    private static final int MOST_BUFFERED_CHARACTERS = 8 << 20;
    private static final int OVERHEAD_CHARACTERS = 64;

    private final Connection target;
    private final Map<QualifiedName, Staging> byTable = new HashMap<>();
    private int buffered;

    private record Staging(String name, Set<String> lines) {}

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
        byTable.put(table.name(), new Staging(name, new HashSet<>()));
    }

    /**
     * Adds a key.
     *
     * @param columns where the key's columns are in the tuple, all of which have a value in text form
     */
    public void add(Table table, Tuple tuple, int[] columns) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < columns.length; i++) {
            escape(tuple.text(columns[i]), line.append(i == 0 ? "" : "\t"));
        }
        String text = line.append('\n').toString();
        if (staging(table).lines.add(text)) {
            buffered += text.length() + OVERHEAD_CHARACTERS;
        }
        if (buffered > MOST_BUFFERED_CHARACTERS) {
            flush();
        }
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

    /** Sends what is not on the target yet. */
    public void flush() {
        byTable.forEach(this::flush);
        buffered = 0;
    }

    private void flush(QualifiedName table, Staging staging) {
        if (staging.lines.isEmpty()) {
            return;
        }
        try {
            CopyIn copy = target.unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + staging.name + " FROM STDIN (FORMAT text)");
            try {
                for (String line : staging.lines) {
                    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
                    copy.writeToCopy(bytes, 0, bytes.length);
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
        staging.lines.clear();
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
