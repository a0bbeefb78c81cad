package io.replicator.capture.trigger;

import io.replicator.capture.ChangeSink;
import io.replicator.capture.SourceSchema;
import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.Relation;
import io.replicator.change.RelationColumn;
import io.replicator.change.ReplicaIdentity;
import io.replicator.change.SourceTransaction;
import io.replicator.change.Tuple;
import io.replicator.change.TxidSnapshot;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.CountDownLatch;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** Reads one window inside its snapshot transaction and sends it on as one source transaction. */
final class WindowReader {
    private static final Relation HEARTBEAT = new Relation(
            0,
            SourceSchema.HEARTBEAT,
            ReplicaIdentity.DEFAULT,
            List.of(new RelationColumn("migration", 25, -1, true), new RelationColumn("beat", 20, -1, false)));
    private static final int OBJECT_OVERHEAD = 96;
    private static final long LOCK_TIMEOUT_MILLIS = 1_000;

    private final Connection session;
    private final WindowTables tables;
    private final TxidSnapshot previous;
    private final SourceState state;
    private final ChangeSink sink;
    private long rows;

    /** What became of a window. */
    enum Result {
        /** Nothing was touched and nothing was wanted. */
        NOTHING,
        /** A table is being rewritten; nothing was sent. */
        RETRY,
        SENT
    }

    WindowReader(Connection session, WindowTables tables, TxidSnapshot previous, SourceState state, ChangeSink sink) {
        this.session = session;
        this.tables = tables;
        this.previous = previous;
        this.state = state;
        this.sink = sink;
    }

    /** The rows sent. */
    long rows() {
        return rows;
    }

    Result read(String migration, Set<QualifiedName> stale, boolean wanted) throws SQLException {
        List<WindowTables.Entry> whole = new ArrayList<>();
        Map<WindowTables.Entry, Long> partial = new LinkedHashMap<>();
        touched(stale, whole, partial);
        if (whole.isEmpty() && partial.isEmpty() && !wanted) {
            return Result.NOTHING;
        }
        List<WindowTables.Entry> all = new ArrayList<>(whole);
        all.addAll(partial.keySet());
        if (!all.isEmpty() && !holdStill(all)) {
            return Result.RETRY;
        }
        send(new Change.Begin(new SourceTransaction(state.snapshot().xmax(), Lsn.ZERO, Instant.now())));
        for (WindowTables.Entry entry : whole) {
            sendWhole(entry);
        }
        for (Map.Entry<WindowTables.Entry, Long> entry : partial.entrySet()) {
            sendTouched(entry.getKey(), entry.getValue());
        }
        if (state.beat() > 0) {
            Tuple beat = beat(migration);
            send(new Change.Upsert(HEARTBEAT, beat, OBJECT_OVERHEAD));
        }
        send(new Change.Commit(new Position.Window(state.snapshot())));
        return Result.SENT;
    }

    private void touched(
            Set<QualifiedName> stale, List<WindowTables.Entry> whole, Map<WindowTables.Entry, Long> partial)
            throws SQLException {
        for (QualifiedName name : stale) {
            WindowTables.Entry entry = tables.byName(name);
            if (entry != null) {
                whole.add(entry);
            }
        }
        if (tables.captured().isEmpty()) {
            return;
        }
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery(WindowSql.touched(tables.captured(), previous))) {
            while (row.next()) {
                WindowTables.Entry entry = tables.byId(row.getInt(1));
                if (entry == null || stale.contains(entry.table().name())) {
                    continue;
                }
                if (row.getBoolean(3)) {
                    whole.add(entry);
                } else {
                    partial.put(entry, row.getLong(2));
                }
            }
        }
    }

    /**
     * Locks the tables against rewriting until the window ends; false when one was rewritten since the snapshot was
     * taken, under which it would be read with too few rows.
     */
    private boolean holdStill(List<WindowTables.Entry> entries) throws SQLException {
        StringJoiner names = new StringJoiner(", ");
        entries.forEach(entry -> names.add("ONLY " + entry.table().name().quoted()));
        Savepoint savepoint = session.setSavepoint();
        try (Statement statement = session.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = " + LOCK_TIMEOUT_MILLIS);
            statement.execute("LOCK TABLE " + names + " IN ACCESS SHARE MODE");
            statement.execute("SET LOCAL lock_timeout = 0");
            session.releaseSavepoint(savepoint);
        } catch (SQLException e) {
            session.rollback(savepoint);
            if (SqlStates.has(e, SqlStates.LOCK_NOT_AVAILABLE) || SqlStates.has(e, "42P01")) {
                return false;
            }
            throw e;
        }
        Integer[] oids = entries.stream().map(entry -> entry.table().oid()).toArray(Integer[]::new);
        try (PreparedStatement statement = session.prepareStatement("""
                SELECT NOT EXISTS (SELECT FROM pg_class c
                                   WHERE c.oid = ANY (?::oid[])
                                     AND c.relfilenode IS DISTINCT FROM pg_relation_filenode(c.oid))""")) {
            statement.setArray(1, session.createArrayOf("int8", unsigned(oids)));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static Long[] unsigned(Integer[] oids) {
        Long[] values = new Long[oids.length];
        for (int i = 0; i < oids.length; i++) {
            values[i] = Integer.toUnsignedLong(oids[i]);
        }
        return values;
    }

    private void sendWhole(WindowTables.Entry entry) throws SQLException {
        send(new Change.Truncate(List.of(entry.relation()), false, false));
        int width = entry.relation().columns().size();
        copy(WindowSql.allRows(entry.table()), fields -> {
            int size = fields.remaining() + OBJECT_OVERHEAD;
            Tuple row = WindowRows.tuple(fields, width);
            send(
                    entry.keyed()
                            ? new Change.Upsert(entry.relation(), row, size)
                            : new Change.Insert(entry.relation(), row, size));
        });
    }

    private void sendTouched(WindowTables.Entry entry, long logRows) throws SQLException {
        int width = entry.relation().columns().size();
        int[] keys = entry.keyColumns().stream().mapToInt(Integer::intValue).toArray();
        plan(entry, logRows);
        boolean removeFirst = entry.table().extraUnique();
        if (removeFirst) {
            copy(WindowSql.touchedKeys(entry.captured(), previous), fields -> {
                int size = fields.remaining() + OBJECT_OVERHEAD;
                send(new Change.Remove(entry.relation(), WindowRows.keyTuple(fields, keys, width), size));
            });
        }
        copy(WindowSql.rows(entry.captured(), entry.table(), previous), fields -> {
            int size = fields.remaining() + OBJECT_OVERHEAD;
            int start = fields.position();
            for (int i = 0; i < keys.length; i++) {
                WindowRows.skipField(fields);
            }
            if (WindowRows.skipField(fields)) {
                send(new Change.Upsert(entry.relation(), WindowRows.tuple(fields, width), size));
            } else if (!removeFirst) {
                fields.position(start);
                send(new Change.Remove(entry.relation(), WindowRows.keyTuple(fields, keys, width), size));
            }
        });
    }

    /** The log has no statistics: for few keys the table's index serves, for many a hash of the whole table. */
    private void plan(WindowTables.Entry entry, long logRows) throws SQLException {
        boolean few = logRows * 10 < Math.max(1_000, entry.table().estimatedRows());
        try (Statement statement = session.createStatement()) {
            statement.execute("SET LOCAL enable_hashjoin = " + (few ? "off" : "on"));
            statement.execute("SET LOCAL enable_mergejoin = " + (few ? "off" : "on"));
        }
    }

    /** Takes one row's fields, positioned at the first one. */
    @FunctionalInterface
    private interface RowTaker {
        void take(ByteBuffer fields);
    }

    private void copy(String sql, RowTaker taker) throws SQLException {
        CopyOut copy = session.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
        try {
            BinaryCopyReader reader = new BinaryCopyReader(copy);
            ByteBuffer fields;
            while ((fields = reader.next()) != null) {
                taker.take(fields);
                rows++;
            }
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    private Tuple beat(String migration) {
        byte[] name = migration.getBytes(StandardCharsets.UTF_8);
        byte[] number = Long.toString(state.beat()).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer fields = ByteBuffer.allocate(8 + name.length + number.length);
        fields.putInt(name.length).put(name).putInt(number.length).put(number).flip();
        return WindowRows.tuple(fields, 2);
    }

    private void send(Change change) {
        sink.offer(change);
    }

    /** Exports the window's snapshot. */
    static WindowPoint export(Connection session, SourceState state) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_export_snapshot()")) {
            row.next();
            return new WindowPoint(new Position.Window(state.snapshot()), row.getString(1), new CountDownLatch(1));
        }
    }
}
