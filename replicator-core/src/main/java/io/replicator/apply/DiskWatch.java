package io.replicator.apply;

import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.DiskCommit;
import io.replicator.progress.Migration;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Sees to it that what the lanes have committed gets to the target's disk, on a connection and a thread of its own, so that
 * no lane waits for it; without it lanes stand still for a sixth of a drain. Only what is there is told to the source.
 */
final class DiskWatch implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final Connection connection;
    private final Migration migration;
    private final LaneGroup group;
    private final Thread thread;
    private volatile boolean stopping;

    DiskWatch(Database target, Migration migration, LaneGroup group) {
        this.connection = target.open("disk");
        this.migration = migration;
        this.group = group;
        this.thread = Thread.ofPlatform().name("replicator-disk").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!stopping) {
                Position committed = group.awaitCommitted();
                DiskCommit.run(connection, migration);
                group.onDisk(committed);
            }
        } catch (SQLException e) {
            if (!stopping) {
                group.failed(ApplyFailures.of("waiting for the target's disk", e));
            }
        } catch (InterruptedException e) {
            if (!stopping) {
                group.failed(new ReplicatorException(ErrorCode.INTERRUPTED, "the disk watch was interrupted", e));
            }
        } catch (RuntimeException | Error e) {
            group.failed(e);
        }
    }

    /** Ends the connection under a statement that does not return. */
    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "aborting the session of the disk watch", e);
        }
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
        try {
            if (thread.getState() != Thread.State.NEW && !thread.join(STOP_LIMIT)) {
                abort();
                thread.join(STOP_LIMIT);
            }
        } catch (InterruptedException _) {
            abort();
            Thread.currentThread().interrupt();
        }
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "closing the session of the disk watch", e);
        }
    }
}
