package io.replicator.daemon;

import io.replicator.cutover.CutoverResult;
import io.replicator.cutover.Gate;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.progress.SourceIdentity;
import io.replicator.snapshot.LoadSnapshot;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Does the work of one phase after the other, from the one the target holds until there is nothing left to do. */
final class PhaseLoop {
    private static final long LOST_POLL_MILLIS = 200;

    private final Ends ends;
    private final OwnedMigration owned;
    private final Capture capture;
    private final LiveState live;
    private final DaemonControl control;
    private final Monitor monitor;
    private final RequestWorker worker;
    private final Requested requested;
    private final RunListener listener;
    private @Nullable LoadSnapshot snapshot;

    PhaseLoop(
            Ends ends,
            OwnedMigration owned,
            Capture capture,
            LiveState live,
            DaemonControl control,
            Monitor monitor,
            RequestWorker worker,
            Requested requested,
            RunListener listener) {
        this.ends = ends;
        this.owned = owned;
        this.capture = capture;
        this.live = live;
        this.control = control;
        this.monitor = monitor;
        this.worker = worker;
        this.requested = requested;
        this.listener = listener;
    }

    void run() throws InterruptedException {
        if (owned.migration().phase() == Phase.SWITCHED) {
            finishSwitched();
        }
        boolean done = false;
        while (!done && !control.stopped()) {
            tell("");
            done = switch (owned.migration().phase()) {
                case CREATED -> {
                    owned.become(Phase.PREPARING);
                    yield false;
                }
                case PREPARING -> {
                    requireRecordedSource();
                    snapshot = new Preparation(ends, owned, capture).run(this::tell);
                    yield false;
                }
                case COPYING -> {
                    requireRecordedSource();
                    LoadSnapshot first = snapshot;
                    snapshot = null;
                    load(first);
                    yield owned.migration().phase() == Phase.FAILED;
                }
                case CATCHING_UP, STREAMING -> stream();
                case PAUSED -> {
                    stayPaused();
                    yield false;
                }
                case CUTTING_OVER -> {
                    settle();
                    yield false;
                }
                case SWITCHED, ROLLED_BACK, FINISHED -> {
                    worker.awaitIdle();
                    yield true;
                }
                case FAILED ->
                    throw new ReplicatorException(ErrorCode.PHASE_INVALID, "a failed migration cannot go on by itself");
            };
        }
    }

    /** Nothing may be read from, or decided by, another source than the one the migration began on. */
    private void requireRecordedSource() {
        SourceIdentity recorded = owned.migration().source();
        if (recorded != null) {
            ends.requireSource(recorded);
        }
    }

    private void load(@Nullable LoadSnapshot first) throws InterruptedException {
        interruptible(() -> {
            new Loading(ends, owned, capture, live).run(first, this::tell);
            if (capture instanceof NoCapture nothing) {
                new CopyCompletion(ends, owned, nothing, requested).run(this::tell);
            } else {
                owned.become(Phase.CATCHING_UP);
            }
        });
    }

    @FunctionalInterface
    private interface Work {
        void run() throws InterruptedException;
    }

    private void interruptible(Work work) throws InterruptedException {
        Thread loader = Thread.currentThread();
        try (StopWatcher _ = new StopWatcher(control, loader::interrupt)) {
            work.run();
        } catch (InterruptedException e) {
            if (!control.stopped()) {
                throw e;
            }
        } finally {
            if (control.stopped() && Thread.interrupted()) {
                tell("stopped; the next run goes on here");
            }
        }
    }

    /** @return whether everything is done */
    private boolean stream() throws InterruptedException {
        control.unsettled(false);
        interruptible(() -> new Loading(ends, owned, capture, live).left(this::tell));
        if (control.stopped()) {
            return false;
        }
        Set<QualifiedName> left = new Streaming(ends, owned, capture, live, monitor).run(control, this::tell);
        if (!left.isEmpty()) {
            new Loading(ends, owned, capture, live).restart(left);
        }
        Resync wanted = control.takeResync();
        if (wanted != null) {
            new Loading(ends, owned, capture, live).restart(wanted.tables());
            wanted.begun().complete(true);
        }
        if (control.paused() && owned.migration().phase().streams()) {
            owned.become(Phase.PAUSED);
        }
        return false;
    }

    private void stayPaused() throws InterruptedException {
        while (control.paused() && !control.stopped()) {
            ReplicatorException lost = monitor.lost();
            if (lost != null) {
                throw lost;
            }
            control.awaitWhilePaused(LOST_POLL_MILLIS);
        }
        if (!control.stopped()) {
            owned.become(owned.migration().interrupted());
        }
    }

    /** A daemon died, or could not see what became of the switch: the gate on the source says it. */
    private void settle() throws InterruptedException {
        worker.endRunning();
        control.unsettled(false);
        if (owned.migration().phase() != Phase.CUTTING_OVER) {
            return;
        }
        Gate.State gate = Gate.read(ends.source(), ends.config().name());
        requireRecordedSource();
        switch (gate) {
            case OPEN -> {
                tell("the gate is open: the cutover is undone");
                requested.undo("the cutover ended before the point of no return");
            }
            case MOVED -> {
                tell("the gate has moved: the cutover is completed");
                CutoverResult result = requested.complete();
                if (owned.migration().phase() == Phase.CUTTING_OVER) {
                    throw new ReplicatorException(
                            ErrorCode.CONNECTION_FAILED, "the switch could not be recorded: " + result.reason());
                }
                if (result.reason() != null) {
                    tell("left to do by hand: " + result.reason());
                }
            }
        }
    }

    /** A daemon that died behind the switch may have left what capture needed, a slot that keeps the source's log for instance. */
    private void finishSwitched() {
        try {
            requireRecordedSource();
            capture.finish();
        } catch (ReplicatorException e) {
            tell("what capture needed on the source may be left there: " + e.getMessage());
        }
    }

    private void tell(String detail) {
        listener.phase(owned.migration().phase(), detail);
    }
}
