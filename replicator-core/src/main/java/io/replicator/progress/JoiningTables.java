package io.replicator.progress;

import io.replicator.change.Position;
import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;

/**
 * Writes which tables are copied again while the stream goes on. From the mark on the stream passes over their changes, so
 * that none of them is complete, whatever was copied of it, before it has joined.
 */
public final class JoiningTables {
    private JoiningTables() {}

    /** Marks tables, while the lanes stand still. */
    public static void mark(Connection target, Migration migration, Collection<QualifiedName> tables)
            throws SQLException {
        for (QualifiedName table : tables) {
            int changed = MigrationStore.execute(
                    target, """
                    UPDATE replicator.table_progress SET joining = true
                    WHERE migration = ? AND schema_name = ? AND table_name = ? AND owner_epoch = ?""", migration.name(), table.schema(), table.name(), migration.ownerEpoch());
            MigrationStore.requireOne(changed, migration.name(), "the progress of table " + table);
        }
    }

    /**
     * Counts rows, inside the transaction that brought a table up to a newer snapshot.
     *
     * @param moreRows how many it has more than before
     */
    public static void renewed(Connection target, Migration migration, QualifiedName table, long moreRows)
            throws SQLException {
        int changed = MigrationStore.execute(
                target, """
                UPDATE replicator.table_progress SET rows = rows + ?
                WHERE migration = ? AND schema_name = ? AND table_name = ? AND joining AND state = 'copied'
                  AND owner_epoch = ?""", moreRows, migration.name(), table.schema(), table.name(), migration.ownerEpoch());
        MigrationStore.requireOne(changed, migration.name(), "the progress of table " + table);
    }

    /** Takes the mark from tables of which the target holds exactly the transactions before a position. */
    public static void join(Connection target, Migration migration, Collection<QualifiedName> tables, Position position)
            throws SQLException {
        for (QualifiedName table : tables) {
            int changed = MigrationStore.execute(
                    target,
                    """
                    UPDATE replicator.table_progress SET start_position = ?, joining = false
                    WHERE migration = ? AND schema_name = ? AND table_name = ? AND joining AND state = 'copied'
                      AND owner_epoch = ?""",
                    position.text(),
                    migration.name(),
                    table.schema(),
                    table.name(),
                    migration.ownerEpoch());
            MigrationStore.requireOne(changed, migration.name(), "the progress of table " + table);
        }
    }
}
