package io.replicator.testkit;

import io.replicator.Replicator;
import io.replicator.RunListener;
import io.replicator.RunOptions;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** The daemon on a thread of this JVM. Thread-safe. */
public final class Daemon implements AutoCloseable {
    private static final Duration PHASE_LIMIT = Duration.ofSeconds(90);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private final Replicator replicator;
    private final RunOptions options;
    private final Thread thread;
    private final List<String> told = new CopyOnWriteArrayList<>();
    private volatile @Nullable Phase phase;
    private volatile @Nullable RuntimeException failure;

    private Daemon(Replicator replicator, RunOptions options) {
        this.replicator = replicator;
        this.options = options;
        thread = Thread.ofPlatform().name("daemon").unstarted(this::run);
    }

    public static Daemon start(Settings settings) {
        return start(settings, new RunOptions(false));
    }

    /** Starts it to copy and verify, without capture. */
    public static Daemon copyOnly(Settings settings) {
        return start(settings, new RunOptions(true));
    }

    private static Daemon start(Settings settings, RunOptions options) {
        Daemon daemon = new Daemon(new Replicator(settings.config()), options);
        daemon.thread.start();
        return daemon;
    }

    /** Starts it and waits until it streams. */
    public static Daemon streaming(Settings settings) {
        Daemon daemon = start(settings);
        try {
            daemon.awaitPhase(Phase.STREAMING);
            return daemon;
        } catch (RuntimeException | Error e) {
            daemon.close();
            throw e;
        }
    }

    /** The facade, for requests to this daemon. */
    public Replicator replicator() {
        return replicator;
    }

    /**
     * Waits until it enters a phase.
     *
     * @throws AssertionError when it ends before
     */
    public void awaitPhase(Phase wanted) {
        awaitPhase(wanted, PHASE_LIMIT);
    }

    /** As {@link #awaitPhase(Phase)}, for what takes longer than usual. */
    public void awaitPhase(Phase wanted, Duration limit) {
        await("the daemon is " + wanted.word(), limit, () -> phase == wanted);
    }

    /** Waits until it says something of what it does that holds the words. */
    public void awaitTold(String words) {
        await("the daemon tells: " + words, PHASE_LIMIT, () -> told.stream().anyMatch(line -> line.contains(words)));
    }

    /**
     * Waits until it ends by a failure.
     *
     * @throws AssertionError when it ends without one or not within the limit
     */
    public ReplicatorException awaitFailure() {
        awaitEnd();
        if (failure instanceof ReplicatorException known) {
            return known;
        }
        throw new AssertionError("it did not fail: " + this, failure);
    }

    /** Waits until it ends by itself, whether or not by a failure. */
    public void awaitEnd() {
        await("the daemon ends", PHASE_LIMIT, () -> !thread.isAlive());
    }

    /** Asks it to stop and waits for the end. */
    public void stop() {
        replicator.stop();
        await("the daemon stops", STOP_LIMIT, () -> !thread.isAlive());
    }

    public boolean isAlive() {
        return thread.isAlive();
    }

    /** Why it ended; null when it did not fail. */
    public @Nullable RuntimeException failure() {
        return failure;
    }

    private void await(String what, Duration limit, BooleanSupplier condition) {
        try {
            Await.until(what, limit, () -> condition.getAsBoolean() || !thread.isAlive());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + " " + this, e);
        }
        if (!condition.getAsBoolean()) {
            throw new AssertionError("it ended before " + what + ": " + this, failure);
        }
    }

    private void run() {
        try {
            replicator.run(options, new Listener());
        } catch (RuntimeException e) {
            failure = e;
        } catch (InterruptedException e) {
            failure = new ReplicatorException(ErrorCode.INTERRUPTED, "interrupted", e);
        }
    }

    @Override
    public void close() {
        stop();
        replicator.close();
    }

    /** Its last phase, what it told, and its failure. */
    @Override
    public String toString() {
        return "(" + phase + ", " + told + (failure == null ? "" : ", " + failure.getMessage()) + ")";
    }

    private final class Listener implements RunListener {
        @Override
        public void phase(Phase entered, String detail) {
            phase = entered;
            if (!detail.isEmpty()) {
                told.add(detail);
            }
        }

        @Override
        public void progress(StatusReport report) {
            phase = report.phase() == null ? phase : Phase.ofWord(report.phase());
        }
    }
}
