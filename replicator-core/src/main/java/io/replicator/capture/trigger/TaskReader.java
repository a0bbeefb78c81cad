package io.replicator.capture.trigger;

import io.replicator.capture.ChangeSink;
import io.replicator.change.Change;
import io.replicator.change.Tuple;
import io.replicator.change.TxidSnapshot;
import io.replicator.postgres.BinaryCopyReader;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** Reads tasks of a window inside the snapshot transaction of one session. */
final class TaskReader {
    private static final int OBJECT_OVERHEAD = 96;

    private final Connection session;
    private final TxidSnapshot previous;
    private final ChangeSink sink;
    private long rows;

    TaskReader(Connection session, TxidSnapshot previous, ChangeSink sink) {
        this.session = session;
        this.previous = previous;
        this.sink = sink;
    }

    /** The rows read. */
    long rows() {
        return rows;
    }

    void read(WindowTask task) throws SQLException {
        if (task.whole()) {
            readWhole(task.entry());
        } else {
            readTouched(task);
        }
    }

    private void readWhole(WindowTables.Entry entry) throws SQLException {
        sink.offer(new Change.Truncate(List.of(entry.relation()), false, false));
        byte[] kinds = entry.formArray();
        copy(WindowSql.allRows(entry), fields -> {
            int size = fields.remaining() + OBJECT_OVERHEAD;
            Tuple row = WindowRows.tuple(fields, kinds);
            sink.offer(
                    entry.keyed()
                            ? new Change.Upsert(entry.relation(), row, size)
                            : new Change.Insert(entry.relation(), row, size));
        });
    }

    private void readTouched(WindowTask task) throws SQLException {
        WindowTables.Entry entry = task.entry();
        byte[] kinds = entry.formArray();
        int[] keys = entry.keyColumns().stream().mapToInt(Integer::intValue).toArray();
        plan(task);
        boolean removeFirst = entry.removedFirst();
        if (removeFirst) {
            copy(WindowSql.touchedKeys(entry, previous, task.slice()), fields -> {
                int size = fields.remaining() + OBJECT_OVERHEAD;
                sink.offer(new Change.Remove(entry.relation(), WindowRows.keyTuple(fields, keys, kinds), size));
            });
        }
        copy(WindowSql.rows(entry, previous, task.slice()), fields -> {
            int size = fields.remaining() + OBJECT_OVERHEAD;
            int start = fields.position();
            for (int i = 0; i < keys.length; i++) {
                WindowRows.skipField(fields);
            }
            if (WindowRows.skipField(fields)) {
                sink.offer(new Change.Upsert(entry.relation(), WindowRows.tuple(fields, kinds), size));
            } else if (!removeFirst) {
                fields.position(start);
                sink.offer(new Change.Remove(entry.relation(), WindowRows.keyTuple(fields, keys, kinds), size));
            }
        });
    }

    /** The log has no statistics: for few keys the table's index serves, for many a hash of the whole table. */
    private void plan(WindowTask task) throws SQLException {
        boolean few = task.logRows() * 10 < Math.max(1_000, task.entry().table().estimatedRows());
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
}
