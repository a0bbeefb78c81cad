package io.replicator.snapshot;

import io.replicator.catalog.Column;
import io.replicator.catalog.Table;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.Migration;
import io.replicator.progress.RangeProgressStore;
import io.replicator.progress.TableProgressStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Copies one table or one range of it: one snapshot transaction on the source, one transaction on the target. */
final class TableCopy {
    private static final String STRUCTURE = """
            SELECT coalesce(pg_relation_filenode(c.oid), 0)::bigint,
                   ARRAY(SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                         FROM pg_attribute a
                         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
            FROM pg_class c WHERE c.oid = ?""";

    /** What is sent to the target at a time. */
    private static final int BUFFER_BYTES = 64 << 10;

    private final Connection source;
    private final Connection target;
    private final LoadSnapshot snapshot;
    private final CopyCounters counters;
    private final CopyRate rate;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private long moved;
    private long movedRows;

    TableCopy(Connection source, Connection target, LoadSnapshot snapshot, CopyCounters counters, CopyRate rate) {
        this.source = source;
        this.target = target;
        this.snapshot = snapshot;
        this.counters = counters;
        this.rate = rate;
    }

    /**
     * Copies the rows and records the table or range as copied.
     *
     * @return false when the table was rewritten or altered since it was listed; nothing was changed then
     */
    boolean copy(Migration migration, CopyUnit unit, Table onTarget) throws InterruptedException {
        Table table = unit.table();
        CopySql sql = CopySql.of(table, onTarget, unit.range());
        moved = 0;
        movedRows = 0;
        try (SQLCloseable _ = this::rollBack) {
            snapshot.begin(source);
            target.setAutoCommit(false);
            CopyIn in = target.unwrap(PGConnection.class).getCopyAPI().copyIn(sql.write());
            try {
                move(table.name(), sql.read(), in);
            } finally {
                if (in.isActive()) {
                    in.cancelCopy();
                }
            }
            source.rollback();
            if (!unchanged(table)) {
                return false;
            }
            record(migration, unit, in.getHandledRowCount());
            target.commit();
            return true;
        } catch (SQLException e) {
            if (isGone(unit, e)) {
                return false;
            }
            throw failure(unit, e);
        } finally {
            counters.subtract(table.name(), movedRows, moved);
        }
    }

    /** Whether the statement failed because the table was dropped or altered. */
    private boolean isGone(CopyUnit unit, SQLException failure) {
        try {
            return !SqlStates.isConnectionLoss(failure) && !source.isClosed() && !unchanged(unit.table());
        } catch (SQLException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    private static ReplicatorException failure(CopyUnit unit, SQLException cause) {
        String range = unit.range().whole() ? "" : ", range " + unit.range().number();
        return SqlStates.wrap(ErrorCode.COPY_FAILED, "copying table " + unit.table() + range, cause);
    }

    /** Whether the unit is not copied yet, asked after a session was lost while it was. */
    boolean isPending(Migration migration, CopyUnit unit) {
        try {
            return unit.range().whole()
                    ? TableProgressStore.isPending(
                            target, migration, unit.table().name())
                    : RangeProgressStore.isPending(
                            target, migration, unit.table().name(), unit.range());
        } catch (SQLException e) {
            throw failure(unit, e);
        }
    }

    private void record(Migration migration, CopyUnit unit, long rows) throws SQLException {
        if (unit.range().whole()) {
            TableProgressStore.markCopied(target, migration, unit.table().name(), snapshot.position(), rows, moved);
        } else {
            RangeProgressStore.markCopied(target, migration, unit.table().name(), unit.range(), rows, moved);
        }
    }

    /** Marks the table of a range copied when it was the last one. */
    void finish(Migration migration, CopyUnit unit) {
        if (unit.range().whole()) {
            return;
        }
        try {
            target.setAutoCommit(true);
            RangeProgressStore.finishTable(target, migration, unit.table().name(), snapshot.position());
        } catch (SQLException e) {
            throw failure(unit, e);
        }
    }

    private void move(QualifiedName table, String read, CopyIn in) throws SQLException, InterruptedException {
        try (CopyOutput out = CopyOutput.start(source, read)) {
            long rows = 0;
            for (int bytes = out.read(buffer); bytes > 0; bytes = out.read(buffer)) {
                in.writeToCopy(buffer, 0, bytes);
                count(table, out.messages() - rows, bytes);
                rows = out.messages();
                if (Thread.currentThread().isInterrupted()) {
                    throw new ReplicatorException(ErrorCode.INTERRUPTED, "the bulk load was interrupted");
                }
            }
        }
        in.endCopy();
    }

    /** Of the messages, each of which holds a row. */
    private void count(QualifiedName table, long rows, long bytes) throws InterruptedException {
        moved += bytes;
        movedRows += rows;
        counters.add(table, rows, bytes);
        rate.moved(bytes);
    }

    private boolean unchanged(Table table) throws SQLException {
        source.setAutoCommit(true);
        try (PreparedStatement statement = source.prepareStatement(STRUCTURE)) {
            statement.setLong(1, Integer.toUnsignedLong(table.oid()));
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        && row.getLong(1) == table.filenode()
                        && List.of((String[]) row.getArray(2).getArray()).equals(structure(table));
            }
        } finally {
            source.setAutoCommit(false);
        }
    }

    private void rollBack() throws SQLException {
        for (Connection connection : List.of(source, target)) {
            if (!connection.isClosed() && !connection.getAutoCommit()) {
                connection.rollback();
            }
        }
    }

    @FunctionalInterface
    private interface SQLCloseable extends AutoCloseable {
        @Override
        void close() throws SQLException;
    }

    private static List<String> structure(Table table) {
        List<String> structure = new ArrayList<>();
        for (Column column : table.columns()) {
            structure.add(column.name() + " " + column.type());
        }
        return structure;
    }
}
