package io.replicator.snapshot;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.CancelWhen;
import io.replicator.postgres.Database;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.CopyRange;
import io.replicator.progress.JoiningTables;
import io.replicator.progress.Migration;
import io.replicator.progress.RangeProgressStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Makes the copied ranges of a table, or a whole one, what a newer snapshot sees in them: rows that did not change lie in
 * the same pages and have the same keys, all others are removed, and those which the newer snapshot sees in these ranges
 * are read by their keys. One transaction on the target; the rest of the table can be copied under the newer snapshot then.
 */
public final class RangeRenewal {
    private static final int KEYS_AT_A_TIME = 10_000;

    private final Database source;
    private final TouchedKeys keys;
    private final CopyRate rate;
    private final LoadSnapshot snapshot;

    /** @param keys every key that was changed between the ranges' snapshot and the newer one */
    public RangeRenewal(Database source, TouchedKeys keys, CopyRate rate, LoadSnapshot snapshot) {
        this.source = source;
        this.keys = keys;
        this.rate = rate;
        this.snapshot = snapshot;
    }

    /**
     * Renews the copied ranges of a table.
     *
     * @return false when the table was rewritten or altered since the catalog was read, or its key cannot be compared;
     *     nothing was changed then
     */
    public boolean renew(Migration migration, Table table, Table onTarget) throws InterruptedException {
        try (Connection reading = source.open("copy")) {
            List<CopyRange> copied = RangeProgressStore.copied(keys.session(), migration, table.name());
            return renew(reading, table, onTarget, ranges(table, copied), more -> {
                RangeProgressStore.renew(keys.session(), migration, table.name(), snapshot.position(), more);
            });
        } catch (SQLException e) {
            throw failure(table, e);
        }
    }

    /**
     * Renews tables that were copied whole, or in all their ranges, while the stream passes over their changes.
     *
     * @return those that were altered since the catalog was read, or whose keys cannot be compared; nothing was changed in
     *     them
     */
    public List<Table> renewWhole(Migration migration, List<Table> tables, Catalog onTarget)
            throws InterruptedException {
        List<Table> failed = new ArrayList<>();
        try (Connection reading = source.open("copy")) {
            failed.addAll(SourceStructures.changed(reading, tables));
            for (Table table : tables) {
                if (!failed.contains(table) && keys.any(table)) {
                    boolean renewed = renew(reading, table, onTarget.require(table.name()), "", more -> {
                        JoiningTables.renewed(keys.session(), migration, table.name(), more);
                    });
                    if (!renewed) {
                        failed.add(table);
                    }
                }
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.COPY_FAILED, "renewing what was copied of " + tables, e);
        }
        return failed;
    }

    /** Writes how many rows more there are. */
    @FunctionalInterface
    private interface Recording {
        void renewed(long moreRows) throws SQLException;
    }

    private boolean renew(Connection reading, Table table, Table onTarget, String ranges, Recording recording)
            throws InterruptedException {
        Connection target = keys.session();
        try (CancelWhen _ = CancelWhen.interrupted(target);
                CancelWhen _ = CancelWhen.interrupted(reading)) {
            reading.setAutoCommit(true);
            target.setAutoCommit(false);
            try {
                long removed = remove(table, onTarget);
                long added = add(reading, table, onTarget, ranges);
                if (!SourceStructures.unchanged(reading, List.of(table))) {
                    return false;
                }
                recording.renewed(added - removed);
                target.commit();
                return true;
            } finally {
                if (!target.isClosed()) {
                    target.rollback();
                    target.setAutoCommit(true);
                }
            }
        } catch (SQLException e) {
            if (SqlStates.has(e, SqlStates.UNDEFINED_FUNCTION)) {
                return false;
            }
            throw failure(table, e);
        }
    }

    private static ReplicatorException failure(Table table, SQLException cause) {
        return SqlStates.wrap(ErrorCode.COPY_FAILED, "renewing what was copied of table " + table, cause);
    }

    private long remove(Table table, Table onTarget) throws SQLException {
        List<String> touched = new ArrayList<>();
        List<String> columns = TouchedKeys.columns(table);
        for (int i = 0; i < columns.size(); i++) {
            touched.add("u." + TouchedKeys.column(i));
        }
        try (Statement statement = keys.session().createStatement()) {
            statement.execute("ANALYZE " + keys.name(table));
            return statement.executeLargeUpdate(
                    "DELETE FROM ONLY " + table.name().quoted() + " AS t USING "
                            + keys.name(table) + " AS u WHERE "
                            + EqualityOperators.read(keys.session(), onTarget).equal("t", columns, touched));
        }
    }

    private long add(Connection reading, Table table, Table onTarget, String ranges)
            throws SQLException, InterruptedException {
        EqualityOperators operators = EqualityOperators.read(reading, table);
        long rows = 0;
        try (Statement statement = keys.session().createStatement()) {
            statement.execute("DECLARE replicator_touched NO SCROLL CURSOR FOR " + distinct(table));
            for (List<String> batch = batch(statement, table); !batch.isEmpty(); batch = batch(statement, table)) {
                String touched = touched(table, operators, batch);
                rows += copy(
                        reading,
                        CopySql.of(
                                table,
                                onTarget,
                                ranges.isEmpty() ? touched : touched + " AND (" + ranges + ")",
                                false));
            }
        }
        return rows;
    }

    /** Each key once, however it is spelled, as text. */
    private String distinct(Table table) {
        StringJoiner columns = new StringJoiner(", ");
        StringJoiner texts = new StringJoiner(", ");
        for (int i = 0; i < TouchedKeys.columns(table).size(); i++) {
            columns.add(TouchedKeys.column(i));
            texts.add(TouchedKeys.column(i) + "::text");
        }
        return "SELECT " + texts + " FROM (SELECT DISTINCT " + columns + " FROM " + keys.name(table) + ") AS u";
    }

    /** The next keys as one array per column of the key, as SQL text; empty behind the last. */
    private static List<String> batch(Statement statement, Table table) throws SQLException {
        List<StringJoiner> arrays = new ArrayList<>();
        TouchedKeys.columns(table).forEach(_ -> arrays.add(new StringJoiner(",", "ARRAY[", "]::text[]")));
        boolean any = false;
        try (ResultSet row = statement.executeQuery("FETCH " + KEYS_AT_A_TIME + " FROM replicator_touched")) {
            while (row.next()) {
                any = true;
                for (int i = 0; i < arrays.size(); i++) {
                    arrays.get(i).add(Identifiers.literal(row.getString(i + 1)));
                }
            }
        }
        return any ? arrays.stream().map(StringJoiner::toString).toList() : List.of();
    }

    /** Which rows have one of the keys: COPY takes no parameters. */
    private static String touched(Table table, EqualityOperators operators, List<String> arrays) {
        List<String> columns = TouchedKeys.columns(table);
        List<String> values = new ArrayList<>();
        StringJoiner names = new StringJoiner(", ");
        for (int i = 0; i < columns.size(); i++) {
            names.add(TouchedKeys.column(i));
            values.add("CAST(u." + TouchedKeys.column(i) + " AS "
                    + table.column(columns.get(i)).type() + ")");
        }
        return "EXISTS (SELECT FROM unnest(" + String.join(", ", arrays) + ") AS u (" + names + ") WHERE "
                + operators.equal(table.name().quoted(), columns, values) + ")";
    }

    /** A transaction of its own on the source, so that locks are held for no longer than a batch takes. */
    private long copy(Connection reading, CopySql sql) throws SQLException, InterruptedException {
        snapshot.begin(reading);
        try {
            long rows = new CopyPipe(reading, keys.session()).run(sql, (_, bytes) -> rate.moved(bytes));
            if (Thread.currentThread().isInterrupted()) {
                throw new ReplicatorException(ErrorCode.INTERRUPTED, "the bulk load was interrupted");
            }
            return rows;
        } finally {
            reading.rollback();
        }
    }

    /** The ranges' condition, of neighbours as one; empty for all rows. */
    private static String ranges(Table table, List<CopyRange> copied) {
        StringJoiner conditions = new StringJoiner(") OR (", "(", ")");
        CopyRange open = copied.getFirst();
        for (CopyRange next : copied.subList(1, copied.size())) {
            if (!next.lower().isEmpty() && open.upper().equals(next.lower())) {
                open = new CopyRange(open.number(), open.pages(), open.lower(), next.upper());
            } else {
                conditions.add(CopySql.condition(table, open));
                open = next;
            }
        }
        return open.whole()
                ? ""
                : conditions.add(CopySql.condition(table, open)).toString();
    }
}
