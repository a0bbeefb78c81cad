package io.replicator.capture.trigger;

import io.replicator.change.TxidSnapshot;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The source at the beginning of a window, read by the statement that takes the window's snapshot.
 *
 * @param beat our heartbeat's number; 0 before the first
 */
record SourceState(TxidSnapshot snapshot, long systemIdentifier, int timeline, long beat) {
    private static final String READ = """
            SELECT txid_current_snapshot()::text,
                   (SELECT system_identifier FROM pg_control_system()),
                   ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int,
                   coalesce((SELECT beat FROM replicator.heartbeat WHERE migration = ?), 0)""";

    static SourceState read(Connection session, String migration) throws SQLException {
        try (PreparedStatement statement = session.prepareStatement(READ)) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new SourceState(
                        TxidSnapshot.parse(row.getString(1)), row.getLong(2), row.getInt(3), row.getLong(4));
            }
        }
    }

    /**
     * A promoted follower may have lost transactions and gives their ids out again.
     *
     * @throws ReplicatorException {@code SOURCE_CHANGED}
     */
    void requireSameServer(SourceState first, long lastBeat) {
        if (systemIdentifier != first.systemIdentifier || timeline != first.timeline) {
            throw new ReplicatorException(
                    ErrorCode.SOURCE_CHANGED,
                    "the source was system " + Long.toUnsignedString(first.systemIdentifier) + " on timeline "
                            + first.timeline + " and is system " + Long.toUnsignedString(systemIdentifier)
                            + " on timeline " + timeline + " now: a follower was promoted, transactions may be lost");
        }
        if (beat < lastBeat) {
            throw new ReplicatorException(
                    ErrorCode.SOURCE_CHANGED,
                    "heartbeat " + lastBeat + " has arrived, but the source holds only " + beat
                            + ": it lost transactions");
        }
    }
}
