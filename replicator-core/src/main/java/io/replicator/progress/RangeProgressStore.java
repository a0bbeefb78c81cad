package io.replicator.progress;

import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads and writes the progress of the ranges that large tables are cut into. */
public final class RangeProgressStore {
    private RangeProgressStore() {}

    /** Records how a table was cut. */
    public static void list(Connection target, Migration migration, QualifiedName table, List<CopyRange> ranges)
            throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("""
                INSERT INTO replicator.copy_range
                    (migration, schema_name, table_name, range, by_page, lower_bound, upper_bound, copied, owner_epoch)
                VALUES (?, ?, ?, ?, ?, ?, ?, false, ?)""")) {
            for (CopyRange range : ranges) {
                statement.setString(1, migration.name());
                statement.setString(2, table.schema());
                statement.setString(3, table.name());
                statement.setInt(4, range.number());
                statement.setBoolean(5, range.pages());
                statement.setArray(6, target.createArrayOf("text", range.lower().toArray()));
                statement.setArray(7, target.createArrayOf("text", range.upper().toArray()));
                statement.setLong(8, migration.ownerEpoch());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /**
     * The ranges of a table that are not copied yet.
     *
     * @return empty when the table was never cut, or when all its ranges are copied
     */
    public static List<CopyRange> pending(Connection target, Migration migration, QualifiedName table)
            throws SQLException {
        return read(target, migration, table, false);
    }

    /** The ranges of a table that are copied. */
    public static List<CopyRange> copied(Connection target, Migration migration, QualifiedName table)
            throws SQLException {
        return read(target, migration, table, true);
    }

    private static List<CopyRange> read(Connection target, Migration migration, QualifiedName table, boolean copied)
            throws SQLException {
        List<CopyRange> ranges = new ArrayList<>();
        try (PreparedStatement statement = target.prepareStatement("""
                SELECT range, by_page, lower_bound, upper_bound FROM replicator.copy_range
                WHERE migration = ? AND schema_name = ? AND table_name = ? AND copied = ? ORDER BY range""")) {
            bind(statement, migration, table);
            statement.setBoolean(4, copied);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    ranges.add(new CopyRange(
                            row.getInt(1), row.getBoolean(2), strings(row.getArray(3)), strings(row.getArray(4))));
                }
            }
        }
        return ranges;
    }

    /** Whether a range is not copied yet. */
    public static boolean isPending(Connection target, Migration migration, QualifiedName table, CopyRange range)
            throws SQLException {
        return pending(target, migration, table).stream().anyMatch(left -> left.number() == range.number());
    }

    /** The tables that were cut. */
    public static Set<QualifiedName> cutTables(Connection target, Migration migration) throws SQLException {
        Set<QualifiedName> tables = new HashSet<>();
        try (PreparedStatement statement = target.prepareStatement(
                "SELECT DISTINCT schema_name, table_name FROM replicator.copy_range WHERE migration = ?")) {
            statement.setString(1, migration.name());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    tables.add(new QualifiedName(row.getString(1), row.getString(2)));
                }
            }
        }
        return tables;
    }

    /**
     * The position whose transactions the copied ranges of a table contain, for every table of which that is known and
     * the same for all its copied ranges.
     */
    public static Map<QualifiedName, Position> positions(Connection target, Migration migration) throws SQLException {
        Map<QualifiedName, Position> positions = new HashMap<>();
        try (PreparedStatement statement = target.prepareStatement("""
                SELECT schema_name, table_name, min(position) FROM replicator.copy_range
                WHERE migration = ? AND copied GROUP BY schema_name, table_name
                HAVING count(position) = count(*) AND count(DISTINCT position) = 1""")) {
            statement.setString(1, migration.name());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    positions.put(
                            new QualifiedName(row.getString(1), row.getString(2)), Position.parse(row.getString(3)));
                }
            }
        }
        return positions;
    }

    /**
     * Marks a range copied and adds it to the table's counts, inside the transaction that holds its rows.
     *
     * @param position that of the snapshot the rows were read under
     */
    public static void markCopied(
            Connection target,
            Migration migration,
            QualifiedName table,
            CopyRange range,
            Position position,
            long rows,
            long bytes)
            throws SQLException {
        int changed = MigrationStore.execute(
                target,
                """
                UPDATE replicator.copy_range SET copied = true, position = ?
                WHERE migration = ? AND schema_name = ? AND table_name = ? AND range = ? AND NOT copied
                  AND owner_epoch = ?""",
                position.text(),
                migration.name(),
                table.schema(),
                table.name(),
                range.number(),
                migration.ownerEpoch());
        MigrationStore.requireOne(changed, migration.name(), "the progress of a range of table " + table);
        MigrationStore.execute(target, """
                UPDATE replicator.table_progress SET rows = rows + ?, bytes = bytes + ?
                WHERE migration = ? AND schema_name = ? AND table_name = ?""", rows, bytes, migration.name(), table.schema(), table.name());
    }

    /**
     * Records that the copied ranges of a table contain the transactions up to a newer position, inside the transaction
     * that made them so.
     *
     * @param moreRows how many rows they have more than before
     */
    public static void renew(
            Connection target, Migration migration, QualifiedName table, Position position, long moreRows)
            throws SQLException {
        int changed = MigrationStore.execute(
                target, """
                UPDATE replicator.copy_range SET position = ?
                WHERE migration = ? AND schema_name = ? AND table_name = ? AND copied AND owner_epoch = ?""", position.text(), migration.name(), table.schema(), table.name(), migration.ownerEpoch());
        MigrationStore.requireOne(
                Math.min(1, changed), migration.name(), "the progress of the ranges of table " + table);
        MigrationStore.execute(target, """
                UPDATE replicator.table_progress SET rows = rows + ?
                WHERE migration = ? AND schema_name = ? AND table_name = ?""", moreRows, migration.name(), table.schema(), table.name());
    }

    /**
     * Marks a table copied when all its ranges are.
     *
     * @return whether it was marked by this call
     */
    public static boolean finishTable(Connection target, Migration migration, QualifiedName table, Position start)
            throws SQLException {
        return MigrationStore.execute(
                        target,
                        """
                UPDATE replicator.table_progress t SET state = 'copied', start_position = ?
                WHERE t.migration = ? AND t.schema_name = ? AND t.table_name = ? AND t.state = 'pending'
                  AND t.owner_epoch = ?
                  AND NOT EXISTS (SELECT FROM replicator.copy_range r
                                  WHERE r.migration = t.migration AND r.schema_name = t.schema_name
                                    AND r.table_name = t.table_name AND NOT r.copied)""",
                        start.text(),
                        migration.name(),
                        table.schema(),
                        table.name(),
                        migration.ownerEpoch())
                == 1;
    }

    /** Forgets the ranges of a table and empties it on the target; inside the caller's transaction. */
    public static void discard(Connection target, Migration migration, QualifiedName table) throws SQLException {
        empty(target, table);
        MigrationStore.execute(
                target,
                "DELETE FROM replicator.copy_range WHERE migration = ? AND schema_name = ? AND table_name = ?",
                migration.name(),
                table.schema(),
                table.name());
        int changed = MigrationStore.execute(
                target, """
                UPDATE replicator.table_progress SET rows = 0, bytes = 0
                WHERE migration = ? AND schema_name = ? AND table_name = ? AND owner_epoch = ?""", migration.name(), table.schema(), table.name(), migration.ownerEpoch());
        MigrationStore.requireOne(changed, migration.name(), "the progress of table " + table);
    }

    private static void empty(Connection target, QualifiedName table) throws SQLException {
        try (Statement statement = target.createStatement()) {
            statement.executeUpdate("DELETE FROM ONLY " + table.quoted());
        } catch (SQLException e) {
            if (SqlStates.has(e, SqlStates.UNDEFINED_TABLE)) {
                throw new ReplicatorException(
                        ErrorCode.TABLE_MISSING, "table " + table + " is missing on the target", e);
            }
            throw e;
        }
    }

    private static void bind(PreparedStatement statement, Migration migration, QualifiedName table)
            throws SQLException {
        statement.setString(1, migration.name());
        statement.setString(2, table.schema());
        statement.setString(3, table.name());
    }

    private static List<String> strings(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }
}
