package io.replicator.capture.trigger;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Empties segments of the change logs that the target has applied.
 *
 * <p>The segment that writers are in is never touched, nor the next one shortly before they come to it, so that no writer
 * waits. The lock is taken first, without waiting, and the check runs in a statement of its own behind it: a snapshot
 * older than the lock would not see the newest rows.
 */
public final class SegmentPurge {
    private static final int SAFE_DISTANCE = 512;

    private static final String CANDIDATES = """
            SELECT c.relname
            FROM pg_class c, (SELECT txid_snapshot_xmax(txid_current_snapshot()) AS next) x
            WHERE c.relnamespace = to_regnamespace('replicator') AND c.relkind = 'r'
              AND c.relname ~ '^change_[a-z0-9]+_[0-9]$' AND pg_relation_size(c.oid) > 0
              AND right(c.relname, 1)::bigint <> (x.next >> %1$d) %% %2$d
              AND right(c.relname, 1)::bigint <> ((x.next + %3$d) >> %1$d) %% %2$d""".formatted(KeyShape.SEGMENT_SHIFT, KeyShape.SEGMENTS, SAFE_DISTANCE);

    private SegmentPurge() {}

    /**
     * Empties what can be emptied now.
     *
     * @param source a session in autocommit mode
     * @param applied the snapshot that the target durably contains, as text
     * @return how many segments were emptied
     */
    public static int purge(Connection source, String applied) {
        int emptied = 0;
        for (String log : candidates(source)) {
            try {
                if (isApplied(source, log, applied) && empty(source, log, applied)) {
                    emptied++;
                }
            } catch (SQLException e) {
                throw SqlStates.wrap(ErrorCode.STREAM_BROKEN, "emptying replicator." + log + " on the source", e);
            }
        }
        return emptied;
    }

    private static List<String> candidates(Connection source) {
        List<String> logs = new ArrayList<>();
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery(CANDIDATES)) {
            while (row.next()) {
                logs.add(row.getString(1));
            }
            return logs;
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.STREAM_BROKEN, "looking for change logs on the source", e);
        }
    }

    private static boolean isApplied(Connection source, String log, String applied) throws SQLException {
        try (PreparedStatement statement = source.prepareStatement("SELECT NOT EXISTS (SELECT FROM replicator."
                + Identifiers.quote(log) + " WHERE NOT txid_visible_in_snapshot(xid, ?::txid_snapshot))")) {
            statement.setString(1, applied);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static boolean empty(Connection source, String log, String applied) throws SQLException {
        String name = "replicator." + Identifiers.quote(log);
        source.setAutoCommit(false);
        try (Statement statement = source.createStatement()) {
            statement.execute("LOCK TABLE " + name + " IN ACCESS EXCLUSIVE MODE NOWAIT");
            boolean applicable = isApplied(source, log, applied);
            if (applicable) {
                statement.execute("TRUNCATE " + name);
            }
            source.commit();
            return applicable;
        } catch (SQLException e) {
            source.rollback();
            if (SqlStates.has(e, SqlStates.LOCK_NOT_AVAILABLE)) {
                return false;
            }
            throw e;
        } finally {
            source.setAutoCommit(true);
        }
    }
}
