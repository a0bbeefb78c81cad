package io.replicator.daemon;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.ControlSchema;
import io.replicator.progress.Migration;
import io.replicator.progress.MigrationStore;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.snapshot.CopyRate;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a migration going. {@link #run} belongs to one thread, {@link #stop} to any.
 *
 * <p>A failure that may pass by itself closes everything and starts over from what the target holds, after a pause that
 * grows; any other is recorded as {@code failed} with its reason and thrown.
 */
public final class Daemon {
    private static final Logger LOGGER = LoggerFactory.getLogger(Daemon.class);
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;
    private static final long STABLE_NANOS = 60_000_000_000L;

    private final Ends ends;
    private final RunListener listener;
    private final boolean copyOnly;
    private final DaemonControl control = new DaemonControl();
    private final CopyRate rate = new CopyRate();
    private boolean everOwned;
    private long epoch;

    public Daemon(Ends ends, RunListener listener, boolean copyOnly) {
        this.ends = ends;
        this.listener = new SerialRunListener(listener);
        this.copyOnly = copyOnly;
        rate.limit(ends.config().copy().maxRate());
    }

    public void stop() {
        control.stop();
    }

    /**
     * Runs until stopped or switched.
     *
     * @throws ReplicatorException what no retry mends; the migration is {@code failed} then, unless it never began
     */
    public void run() throws InterruptedException {
        long pause = FIRST_PAUSE_MILLIS;
        while (!control.stopped()) {
            long start = System.nanoTime();
            try {
                attempt();
                return;
            } catch (ReplicatorException e) {
                if (control.stopped() && e.code() == ErrorCode.INTERRUPTED) {
                    return;
                }
                if (!everOwned || !mayPass(e)) {
                    throw e;
                }
                pause = System.nanoTime() - start > STABLE_NANOS ? FIRST_PAUSE_MILLIS : pause;
                LOGGER.warn("{}; trying again in {} ms", e.getMessage(), pause);
                if (control.await(pause)) {
                    return;
                }
                pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
            }
        }
    }

    private void attempt() throws InterruptedException {
        CaptureChoice choice = CaptureChoice.decide(ends, copyOnly);
        LOGGER.info("capture by {}: {}", choice.word(), choice.reason());
        try (OwnedMigration owned = take(choice.word())) {
            everOwned = true;
            epoch = owned.migration().ownerEpoch();
            try {
                lead(owned);
            } catch (ReplicatorException e) {
                if (!mayPass(e) && e.code() != ErrorCode.INTERRUPTED) {
                    owned.become(Phase.FAILED, e.advice());
                }
                throw e;
            }
        }
    }

    private void lead(OwnedMigration owned) throws InterruptedException {
        if (owned.migration().phase() == Phase.FAILED) {
            owned.become(owned.migration().interrupted());
        }
        if (owned.migration().phase() == Phase.PAUSED) {
            control.pause(true);
        }
        LiveState live = new LiveState(rate);
        Capture capture = CaptureChoice.of(ends, owned);
        Requested requested = new Requested(ends, owned, capture, live, control);
        try (RequestWorker worker = new RequestWorker(owned, requested);
                Monitor monitor = new Monitor(owned, live, new StatusAssembler(ends, live), worker, listener)) {
            monitor.start();
            new PhaseLoop(ends, owned, capture, live, control, monitor, worker, requested, listener).run();
            monitor.publish();
        } finally {
            if (capture instanceof NoCapture nothing) {
                nothing.close();
            }
        }
    }

    /**
     * Becomes the owner again, where nobody else has become it since; a session of this daemon that the target does not know
     * to be lost yet may hold the ownership for a while.
     */
    private OwnedMigration take(String capture) {
        String name = ends.config().name();
        if (!everOwned) {
            return OwnedMigration.take(ends.target(), name, capture);
        }
        Migration recorded = recorded(name);
        try {
            return OwnedMigration.take(ends.target(), name, capture);
        } catch (ReplicatorException e) {
            if (e.code() == ErrorCode.ALREADY_RUNNING && recorded.ownerEpoch() == epoch) {
                throw new ReplicatorException(
                        ErrorCode.CONNECTION_FAILED,
                        "a lost session of this daemon still holds migration '" + name + "' on " + ends.target(),
                        e);
            }
            throw e;
        }
    }

    /** One that was torn down meanwhile must not begin anew, into tables that hold rows. */
    private Migration recorded(String name) {
        try (Connection target = ends.target().open("owner")) {
            Migration migration = ControlSchema.isInstalled(target) ? MigrationStore.find(target, name) : null;
            if (migration == null) {
                throw new ReplicatorException(
                        ErrorCode.MIGRATION_MISSING, ends.target() + " no longer holds migration '" + name + "'");
            }
            return migration;
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "looking for migration '" + name + "'", e);
        }
    }

    private static boolean mayPass(ReplicatorException e) {
        return e.code().retryable() || e.code() == ErrorCode.OWNERSHIP_LOST;
    }
}
