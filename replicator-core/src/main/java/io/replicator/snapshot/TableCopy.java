package io.replicator.snapshot;

import io.replicator.catalog.Catalog;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.Migration;
import io.replicator.progress.RangeProgressStore;
import io.replicator.progress.TableProgressStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Copies a range, a table or some small tables: one snapshot transaction on the source, one transaction on the target. */
final class TableCopy {
    private final Connection source;
    private final Connection target;
    private final LoadSnapshot snapshot;
    private final CopyCounters counters;
    private final CopyRate rate;
    private final boolean frozen;
    private final CopyPipe pipe;

    /** @param frozen whether rows may be written frozen, by a transaction that locks their table until it commits */
    TableCopy(
            Connection source,
            Connection target,
            LoadSnapshot snapshot,
            CopyCounters counters,
            CopyRate rate,
            boolean frozen) {
        this.source = source;
        this.target = target;
        this.snapshot = snapshot;
        this.counters = counters;
        this.rate = rate;
        this.frozen = frozen;
        this.pipe = new CopyPipe(source, target);
    }

    /**
     * Copies the rows and records what they belong to as copied.
     *
     * @param units a range, or whole tables
     * @return false when one of the tables was rewritten or altered since it was listed; nothing was changed then
     */
    boolean copy(Migration migration, List<CopyUnit> units, Catalog onTarget) throws InterruptedException {
        List<CopiedRows> copied = new ArrayList<>();
        CopyUnit current = units.getFirst();
        try (SQLCloseable _ = this::rollBack) {
            snapshot.begin(source);
            target.setAutoCommit(false);
            boolean fresh = frozen
                    && isLargeTable(units)
                    && FreshTable.make(target, current.table().name());
            for (CopyUnit unit : units) {
                current = unit;
                CopiedRows rows = new CopiedRows(unit.table().name());
                copied.add(rows);
                rows.rows = pipe.run(
                        CopySql.of(unit.table(), onTarget.require(unit.table().name()), unit.range(), fresh),
                        (messages, bytes) -> count(rows, messages, bytes));
            }
            source.rollback();
            if (!unchanged(units)) {
                return false;
            }
            record(migration, units, copied);
            target.commit();
            return true;
        } catch (SQLException e) {
            if (isGone(units, e)) {
                return false;
            }
            throw failure(current, e);
        } finally {
            copied.forEach(rows -> counters.subtract(rows.table, rows.counted, rows.bytes));
        }
    }

    private static boolean isLargeTable(List<CopyUnit> units) {
        CopyUnit first = units.getFirst();
        return units.size() == 1 && first.range().whole() && first.table().bytes() > CopyPlan.SMALL_BYTES;
    }

    /** Whether the statement failed because a table was dropped or altered. */
    private boolean isGone(List<CopyUnit> units, SQLException failure) {
        try {
            return !SqlStates.isConnectionLoss(failure) && !source.isClosed() && !unchanged(units);
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

    private void record(Migration migration, List<CopyUnit> units, List<CopiedRows> copied) throws SQLException {
        CopyUnit first = units.getFirst();
        if (first.range().whole()) {
            List<TableProgressStore.Copied> tables = new ArrayList<>();
            copied.forEach(rows -> tables.add(new TableProgressStore.Copied(rows.table, rows.rows, rows.bytes)));
            TableProgressStore.markCopied(target, migration, tables, snapshot.position());
        } else {
            CopiedRows rows = copied.getFirst();
            RangeProgressStore.markCopied(
                    target, migration, rows.table, first.range(), snapshot.position(), rows.rows, rows.bytes);
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

    /** Of the messages, each of which holds a row. */
    private void count(CopiedRows copied, long messages, int bytes) throws InterruptedException {
        counters.add(copied.table, messages - copied.counted, bytes);
        copied.counted = messages;
        copied.bytes += bytes;
        rate.moved(bytes);
    }

    private boolean unchanged(List<CopyUnit> units) throws SQLException {
        return SourceStructures.unchanged(
                source, units.stream().map(CopyUnit::table).toList());
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

    /** What was moved of a table so far. */
    private static final class CopiedRows {
        private final QualifiedName table;
        private long counted;
        private long rows;
        private long bytes;

        private CopiedRows(QualifiedName table) {
            this.table = table;
        }
    }
}
