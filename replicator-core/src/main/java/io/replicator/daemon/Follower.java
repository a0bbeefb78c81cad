package io.replicator.daemon;

import io.replicator.capture.Heartbeat;
import io.replicator.capture.trigger.CaptureDrift;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import io.replicator.snapshot.FollowerSnapshots;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/** Waits until a follower shows what a position sees, capture triggers included. */
final class Follower {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 100;

    private final Ends ends;

    Follower(Ends ends) {
        this.ends = ends;
    }

    /**
     * The follower's snapshots from here on.
     *
     * @param position taken after the last trigger was committed
     * @throws ReplicatorException {@code FOLLOWER_UNUSABLE} when the follower does not come as far, or is none
     */
    FollowerSnapshots snapshots(Position position, Steps steps) throws InterruptedException {
        long beat;
        try (Heartbeat heartbeat = new Heartbeat(ends.source(), ends.config().name())) {
            beat = heartbeat.beat();
        }
        FollowerSnapshots snapshots =
                new FollowerSnapshots(position, ends.config().name(), beat);
        try (Connection session = ends.rowSource().open("follower")) {
            requireFollower(session);
            steps.tell("waiting for the follower");
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (!shows(session, snapshots)) {
                if (System.nanoTime() > deadline) {
                    throw unusable("does not show heartbeat " + beat + " of the source after " + LIMIT.toSeconds()
                            + " s: it lags, or follows another server");
                }
                Thread.sleep(POLL_MILLIS);
            }
            return snapshots;
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.FOLLOWER_UNUSABLE, "asking the follower given by copy.from", e);
        }
    }

    private static void requireFollower(Connection session) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_is_in_recovery()")) {
            row.next();
            if (!row.getBoolean(1)) {
                throw unusable("is no follower: it is not in recovery");
            }
        }
    }

    private static boolean shows(Connection session, FollowerSnapshots snapshots) throws SQLException {
        session.setAutoCommit(false);
        try (Statement statement = session.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            if (!snapshots.proven(session)) {
                return false;
            }
            List<CaptureDrift.Drift> drifts = CaptureDrift.find(session);
            if (!drifts.isEmpty()) {
                throw unusable(
                        "shows table " + drifts.getFirst().table() + " without its capture triggers as installed: "
                                + drifts.getFirst().detail());
            }
            return true;
        } finally {
            session.rollback();
            session.setAutoCommit(true);
        }
    }

    private static ReplicatorException unusable(String why) {
        return new ReplicatorException(ErrorCode.FOLLOWER_UNUSABLE, "the server given by copy.from " + why);
    }
}
