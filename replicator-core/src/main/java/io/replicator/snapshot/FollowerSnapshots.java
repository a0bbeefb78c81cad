package io.replicator.snapshot;

import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * As {@link FreshSnapshots}, on a follower, which lags: what the position sees must be seen by every snapshot taken there
 * too, or rows that changed shortly before the position would be missed by both. A heartbeat that was written on the
 * source behind the position proves it, when it is seen inside the follower's own snapshot: its commit follows, in the
 * write-ahead log, those of the capture triggers and of everything the position sees.
 *
 * @param beat the heartbeat's number
 */
public record FollowerSnapshots(Position position, String migration, long beat) implements LoadSnapshot {
    @Override
    public void begin(Connection session) throws SQLException {
        session.setAutoCommit(false);
        try (Statement statement = session.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        }
        if (!proven(session)) {
            throw new ReplicatorException(
                    ErrorCode.COPY_FAILED,
                    "the follower given by copy.from does not show heartbeat " + beat
                            + ": it lags or follows another server");
        }
    }

    /** Whether the session's transaction sees everything the position sees. */
    public boolean proven(Connection session) throws SQLException {
        try (PreparedStatement statement =
                session.prepareStatement("SELECT beat >= ? FROM replicator.heartbeat WHERE migration = ?")) {
            statement.setLong(1, beat);
            statement.setString(2, migration);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        } catch (SQLException e) {
            if (SqlStates.has(e, SqlStates.UNDEFINED_TABLE)) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    public void close() {}
}
