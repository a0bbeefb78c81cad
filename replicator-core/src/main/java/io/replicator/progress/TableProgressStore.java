package io.replicator.progress;

import io.replicator.catalog.Table;
import io.replicator.change.Position;
import io.replicator.postgres.QualifiedName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads and writes the progress of tables. */
public final class TableProgressStore {
    private TableProgressStore() {}

    public static List<TableProgress> read(Connection target, String migration) throws SQLException {
        List<TableProgress> tables = new ArrayList<>();
        try (PreparedStatement statement = target.prepareStatement("""
                SELECT schema_name, table_name, state, start_position, filenode, rows, bytes, bytes_total,
                       coalesce(inserted, 0), coalesce(updated, 0), coalesce(deleted, 0),
                       stale_reason IS NOT NULL, last_reason, joining
                FROM replicator.table_progress t
                LEFT JOIN (SELECT migration, schema_name, table_name,
                                  sum(inserted) AS inserted, sum(updated) AS updated, sum(deleted) AS deleted
                           FROM replicator.lane_counter GROUP BY migration, schema_name, table_name) c
                    USING (migration, schema_name, table_name)
                WHERE migration = ? ORDER BY schema_name, table_name""")) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    tables.add(new TableProgress(
                            new QualifiedName(row.getString(1), row.getString(2)),
                            TableState.ofWord(row.getString(3)),
                            row.getString(4),
                            row.getLong(5),
                            row.getLong(6),
                            row.getLong(7),
                            row.getLong(8),
                            row.getLong(9),
                            row.getLong(10),
                            row.getLong(11),
                            row.getBoolean(12),
                            row.getString(13),
                            row.getBoolean(14)));
                }
            }
        }
        return tables;
    }

    /** Lists the tables that take part, all pending; a table that is listed already stays as it is. */
    public static void list(Connection target, Migration migration, List<Table> tables) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("""
                INSERT INTO replicator.table_progress
                    (migration, schema_name, table_name, state, filenode, structure, bytes_total, owner_epoch)
                VALUES (?, ?, ?, 'pending', ?, ?, ?, ?) ON CONFLICT DO NOTHING""")) {
            for (Table table : tables) {
                statement.setString(1, migration.name());
                statement.setString(2, table.name().schema());
                statement.setString(3, table.name().name());
                statement.setLong(4, table.filenode());
                statement.setString(5, table.structure());
                statement.setLong(6, table.bytes());
                statement.setLong(7, migration.ownerEpoch());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Those of the tables whose file and columns are as they were listed. */
    public static List<Table> asListed(Connection target, Migration migration, List<Table> tables) throws SQLException {
        List<Table> same = new ArrayList<>();
        try (PreparedStatement statement = target.prepareStatement("""
                SELECT FROM replicator.table_progress
                WHERE migration = ? AND schema_name = ? AND table_name = ? AND filenode = ? AND structure = ?""")) {
            for (Table table : tables) {
                statement.setString(1, migration.name());
                statement.setString(2, table.name().schema());
                statement.setString(3, table.name().name());
                statement.setLong(4, table.filenode());
                statement.setString(5, table.structure());
                try (ResultSet row = statement.executeQuery()) {
                    if (row.next()) {
                        same.add(table);
                    }
                }
            }
        }
        return same;
    }

    /** Records the present file and columns of tables that are to be copied under a newer snapshot. */
    public static void relist(Connection target, Migration migration, List<Table> tables) throws SQLException {
        for (Table table : tables) {
            int changed = MigrationStore.execute(
                    target,
                    """
                    UPDATE replicator.table_progress SET filenode = ?, structure = ?, bytes_total = ?
                    WHERE migration = ? AND schema_name = ? AND table_name = ? AND state = 'pending' AND owner_epoch = ?""",
                    table.filenode(),
                    table.structure(),
                    table.bytes(),
                    migration.name(),
                    table.name().schema(),
                    table.name().name(),
                    migration.ownerEpoch());
            MigrationStore.requireOne(changed, migration.name(), "the progress of table " + table);
        }
    }

    /** The tables that have to be read whole again, with the reason. */
    public static Map<QualifiedName, String> stale(Connection target, String migration) throws SQLException {
        Map<QualifiedName, String> stale = new HashMap<>();
        try (PreparedStatement statement = target.prepareStatement("""
                SELECT schema_name, table_name, stale_reason FROM replicator.table_progress
                WHERE migration = ? AND stale_reason IS NOT NULL""")) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    stale.put(new QualifiedName(row.getString(1), row.getString(2)), row.getString(3));
                }
            }
        }
        return stale;
    }

    /**
     * Marks a table stale, listing it when it is new; or whole again.
     *
     * @param reason null for whole
     */
    public static void markStale(Connection target, Migration migration, QualifiedName table, @Nullable String reason)
            throws SQLException {
        MigrationStore.execute(
                target, """
                INSERT INTO replicator.table_progress
                    AS known (migration, schema_name, table_name, state, filenode, owner_epoch, stale_reason, last_reason)
                VALUES (?, ?, ?, 'copied', 0, ?, ?, ?)
                ON CONFLICT (migration, schema_name, table_name) DO UPDATE
                SET stale_reason = excluded.stale_reason,
                    last_reason = coalesce(excluded.last_reason, known.last_reason)""", migration.name(), table.schema(), table.name(), migration.ownerEpoch(), reason, reason);
    }

    /**
     * Takes back that a table is copied, in the transaction that empties it.
     *
     * @param joining whether the stream goes on meanwhile and passes over its changes
     */
    public static void markPending(Connection target, Migration migration, QualifiedName table, boolean joining)
            throws SQLException {
        int changed = MigrationStore.execute(
                target, """
                UPDATE replicator.table_progress SET state = 'pending', start_position = NULL, joining = ?
                WHERE migration = ? AND schema_name = ? AND table_name = ? AND owner_epoch = ?""", joining, migration.name(), table.schema(), table.name(), migration.ownerEpoch());
        MigrationStore.requireOne(changed, migration.name(), "the progress of table " + table);
    }

    /** Takes out a table that no longer exists on the source. */
    public static void remove(Connection target, Migration migration, QualifiedName table) throws SQLException {
        MigrationStore.execute(target, """
                DELETE FROM replicator.table_progress
                WHERE migration = ? AND schema_name = ? AND table_name = ? AND owner_epoch = ?""", migration.name(), table.schema(), table.name(), migration.ownerEpoch());
    }

    /** Whether a table is not copied yet. */
    public static boolean isPending(Connection target, Migration migration, QualifiedName table) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("""
                SELECT state = 'pending' FROM replicator.table_progress
                WHERE migration = ? AND schema_name = ? AND table_name = ?""")) {
            statement.setString(1, migration.name());
            statement.setString(2, table.schema());
            statement.setString(3, table.name());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** What was copied of a table. */
    public record Copied(QualifiedName table, long rows, long bytes) {}

    /**
     * Marks tables copied, inside the transaction that holds their rows.
     *
     * @param start the snapshot's position: the tables contain exactly the transactions before it
     */
    public static void markCopied(Connection target, Migration migration, List<Copied> tables, Position start)
            throws SQLException {
        if (tables.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = target.prepareStatement("""
                UPDATE replicator.table_progress t
                SET state = 'copied', start_position = ?, rows = copied.rows, bytes = copied.bytes
                FROM unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[]) AS copied (schema_name, table_name, rows, bytes)
                WHERE t.migration = ? AND t.schema_name = copied.schema_name AND t.table_name = copied.table_name
                  AND t.state = 'pending' AND t.owner_epoch = ?""")) {
            statement.setString(1, start.text());
            statement.setArray(
                    2, array(target, "text", tables, copied -> copied.table().schema()));
            statement.setArray(
                    3, array(target, "text", tables, copied -> copied.table().name()));
            statement.setArray(4, array(target, "bigint", tables, Copied::rows));
            statement.setArray(5, array(target, "bigint", tables, Copied::bytes));
            statement.setString(6, migration.name());
            statement.setLong(7, migration.ownerEpoch());
            if (statement.executeUpdate() != tables.size()) {
                MigrationStore.requireOne(
                        0,
                        migration.name(),
                        "the progress of table " + tables.getFirst().table());
            }
        }
    }

    private static Array array(Connection target, String type, List<Copied> tables, Function<Copied, Object> property)
            throws SQLException {
        return target.createArrayOf(type, tables.stream().map(property).toArray());
    }
}
