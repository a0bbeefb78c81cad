package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.change.Tuple;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Applies the changes of a table one by one in the source's order, as batches of equal prepared statements. Deferrable
 * constraints are checked at commit, because the source may have checked them later than after each row.
 */
final class OrderedApplier {
    private final Statements statements;
    private @Nullable PreparedStatement open;
    private int pending;
    private boolean mayMiss;

    OrderedApplier(Statements statements) {
        this.statements = statements;
    }

    void apply(TableChanges changes, Statement plain) throws SQLException {
        TableMapping mapping = changes.mapping();
        if (mapping.table().orderMatters()) {
            plain.execute("SET CONSTRAINTS ALL DEFERRED");
        }
        for (Change change : changes.ordered()) {
            switch (change) {
                case Change.Insert insert -> {
                    PreparedStatement statement = open(mapping, RowSql.insert(mapping));
                    bind(statement, 1, insert.row(), mapping.written());
                    add(statement);
                }
                case Change.Update update -> update(mapping, update);
                case Change.Delete delete -> {
                    PreparedStatement statement = open(mapping, RowSql.delete(mapping));
                    bind(statement, 1, delete.old().tuple(), RowSql.identifying(mapping));
                    add(statement);
                }
                case Change.Upsert upsert -> {
                    PreparedStatement statement = open(mapping, RowSql.insert(mapping) + SetSql.onConflict(mapping));
                    bind(statement, 1, upsert.row(), mapping.written());
                    add(statement);
                }
                case Change.Remove remove -> {
                    PreparedStatement statement = open(mapping, RowSql.delete(mapping));
                    bind(statement, 1, remove.key(), mapping.key());
                    add(statement);
                    mayMiss = true;
                }
                case Change.Begin _, Change.Commit _, Change.Checkpoint _, Change.Truncate _, Change.Idle _ ->
                    throw new IllegalArgumentException("not a row change: " + change);
            }
        }
        flush(mapping);
    }

    private void update(TableMapping mapping, Change.Update update) throws SQLException {
        Change.OldTuple old = update.old();
        Tuple row = old != null && old.complete() ? Tuples.merge(update.row(), old.tuple()) : update.row();
        Tuple identity = old == null ? row : old.tuple();
        boolean keyChanges =
                mapping.hasKey() && !new RowKey(identity, mapping.key()).equals(new RowKey(row, mapping.key()));
        BitSet unchanged = SetApplier.unchanged(row);
        int[] set =
                keyChanges || !mapping.hasKey() ? withKey(mapping, unchanged) : SetApplier.settable(mapping, unchanged);
        if (set.length == 0) {
            return;
        }
        PreparedStatement statement = open(mapping, RowSql.update(mapping, set));
        bind(statement, 1, row, set);
        bind(statement, 1 + set.length, identity, RowSql.identifying(mapping));
        add(statement);
    }

    private static int[] withKey(TableMapping mapping, BitSet unchanged) {
        int[] set = new int[mapping.written().length];
        int count = 0;
        for (int column : mapping.written()) {
            if (!unchanged.get(column)) {
                set[count++] = column;
            }
        }
        return java.util.Arrays.copyOf(set, count);
    }

    private PreparedStatement open(TableMapping mapping, String sql) throws SQLException {
        PreparedStatement statement = statements.prepare(sql);
        if (!statement.equals(open)) {
            flush(mapping);
            open = statement;
        }
        return statement;
    }

    private static void bind(PreparedStatement statement, int from, Tuple row, int[] columns) throws SQLException {
        int parameter = from;
        for (int column : columns) {
            statement.setString(parameter++, row.isNull(column) ? null : row.text(column));
        }
    }

    private void add(PreparedStatement statement) throws SQLException {
        statement.addBatch();
        pending++;
    }

    private void flush(TableMapping mapping) throws SQLException {
        PreparedStatement statement = open;
        if (statement == null || pending == 0) {
            return;
        }
        boolean missing = mayMiss;
        mayMiss = false;
        int[] counts = statement.executeBatch();
        pending = 0;
        for (int count : counts) {
            if (count != 1 && !(missing && count == 0)) {
                throw new ReplicatorException(
                        ErrorCode.ROW_MISSING,
                        "table " + mapping.table().name() + ": a changed row is not on the target (" + count
                                + " rows matched)");
            }
        }
    }

    /** Forgets statements that were gathered when an apply failed. */
    void reset() throws SQLException {
        if (open != null && pending > 0) {
            open.clearBatch();
        }
        open = null;
        pending = 0;
        mayMiss = false;
    }
}
