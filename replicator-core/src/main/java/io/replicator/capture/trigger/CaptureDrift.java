package io.replicator.capture.trigger;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks inside a window's snapshot for what the triggers cannot tell: toggled, replaced and dropped triggers, altered and
 * rewritten tables, partitions that came later.
 */
public final class CaptureDrift {
    /** A new file is explained by a TRUNCATE that our trigger saw. */
    private static final String FIND = """
            WITH RECURSIVE ancestor AS (
                SELECT i.inhparent AS oid FROM pg_inherits i JOIN replicator.captured_table k ON k.relid = i.inhrelid
                UNION SELECT i.inhparent FROM pg_inherits i JOIN ancestor a ON a.oid = i.inhrelid),
            tree AS (
                SELECT oid FROM ancestor
                UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree ON tree.oid = i.inhparent)
            SELECT k.schema_name, k.table_name,
                   CASE WHEN p.oid IS NULL THEN 'it was dropped'
                        WHEN p.nspname <> k.schema_name OR p.relname <> k.table_name THEN 'it was renamed'
                        WHEN p.structure <> k.structure THEN 'its columns were altered'
                        WHEN p.triggers <> k.triggers THEN 'its capture triggers were toggled, replaced or dropped'
                        WHEN NOT k.row_level AND EXISTS (SELECT FROM pg_inherits i WHERE p.oid IN (i.inhrelid, i.inhparent))
                             THEN 'it became a partition, or child or parent of another'
                        WHEN NOT k.row_level AND EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid = p.oid)
                             THEN 'a subscription writes to it'
                        ELSE 'it was rewritten' END,
                   p.oid IS NULL
            FROM replicator.captured_table k
            LEFT JOIN (%s) p ON p.oid = k.relid
            WHERE p.oid IS NULL OR p.nspname <> k.schema_name OR p.relname <> k.table_name
               OR p.structure <> k.structure OR p.triggers <> k.triggers
               OR NOT k.row_level AND EXISTS (SELECT FROM pg_inherits i WHERE p.oid IN (i.inhrelid, i.inhparent))
               OR NOT k.row_level AND EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid = p.oid)
               OR p.filenode <> k.filenode
                  AND NOT EXISTS (SELECT FROM replicator.truncation t
                                  WHERE t.table_id = k.id AND t.filenode = p.filenode)
            UNION ALL
            SELECT n.nspname, c.relname, 'it is a partition that came later', false
            FROM tree
            JOIN pg_class c ON c.oid = tree.oid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relispartition AND c.relkind = 'r'
              AND NOT EXISTS (SELECT FROM replicator.captured_table k WHERE k.relid = c.oid)
            """.formatted(CapturedTables.PRESENT);

    private CaptureDrift() {}

    /**
     * A table whose changes may have escaped.
     *
     * @param detail what happened to it
     * @param dropped whether the table is gone
     */
    public record Drift(QualifiedName table, String detail, boolean dropped) {}

    /** What is no longer as it was installed, as of the transaction's snapshot. */
    public static List<Drift> find(Connection snapshotTransaction) {
        List<Drift> drifts = new ArrayList<>();
        try (PreparedStatement statement = snapshotTransaction.prepareStatement(FIND);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                drifts.add(new Drift(
                        new QualifiedName(row.getString(1), row.getString(2)), row.getString(3), row.getBoolean(4)));
            }
            return drifts;
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.STREAM_BROKEN, "comparing capture with what was installed", e);
        }
    }

    /** Forgets a table that is gone. */
    static void forget(Connection source, QualifiedName table) throws SQLException {
        try (PreparedStatement statement = source.prepareStatement(
                "DELETE FROM replicator.captured_table WHERE schema_name = ? AND table_name = ?")) {
            statement.setString(1, table.schema());
            statement.setString(2, table.name());
            statement.execute();
        }
    }
}
