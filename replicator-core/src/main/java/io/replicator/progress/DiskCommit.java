package io.replicator.progress;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * A commit that waits for the target's disk. The log is written in its order, so that every commit which was acknowledged
 * before, however it was made, is on disk with it (PostgreSQL documentation, "Asynchronous Commit").
 */
public final class DiskCommit {
    private DiskCommit() {}

    /** The caller's transaction, or that of the statement in autocommit mode, is the commit that waits. */
    public static void run(Connection connection, Migration migration) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                WITH durability AS (SELECT set_config('synchronous_commit', 'on', true))
                INSERT INTO replicator.disk_commit (migration, committed_at) SELECT ?, clock_timestamp() FROM durability
                ON CONFLICT (migration) DO UPDATE SET committed_at = excluded.committed_at""")) {
            statement.setString(1, migration.name());
            statement.executeUpdate();
        }
    }
}
