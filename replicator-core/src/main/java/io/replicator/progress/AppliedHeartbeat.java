package io.replicator.progress;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The last heartbeat of the source that the target holds, written in the transaction that brought it. A source that has
 * not come as far has lost transactions, as a promoted follower may.
 */
public final class AppliedHeartbeat {
    /** Records a beat inside the caller's transaction; the parameters are the migration's name and the beat. */
    public static final String WRITE = """
            INSERT INTO replicator.applied_heartbeat AS known (migration, beat) VALUES (?, ?)
            ON CONFLICT (migration) DO UPDATE SET beat = greatest(known.beat, excluded.beat)""";

    private AppliedHeartbeat() {}

    /** The last beat; 0 when none has arrived. */
    public static long read(Connection target, String migration) throws SQLException {
        try (PreparedStatement statement =
                target.prepareStatement("SELECT beat FROM replicator.applied_heartbeat WHERE migration = ?")) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }
}
