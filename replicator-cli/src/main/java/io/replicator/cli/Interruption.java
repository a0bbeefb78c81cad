package io.replicator.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends the work of a command properly when the process is asked to end by Ctrl-C or SIGTERM: it asks the work to stop
 * and keeps the process alive until {@link #close}, within a limit.
 */
final class Interruption implements AutoCloseable {
    private final PrintStream err;
    private final Duration limit;
    private final String announcement;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::interrupt, "interruption");
    private volatile @Nullable Runnable stop;
    private volatile boolean requested;
    private volatile @Nullable Integer exitCode;

    /** @param announcement what is told at once, since stopping may take a moment */
    Interruption(PrintStream err, Duration limit, String announcement) {
        this.err = err;
        this.limit = limit;
        this.announcement = announcement;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Says how the work is stopped; until then the process ends at once. */
    void stopBy(Runnable action) {
        stop = action;
    }

    /** Says what the work came to, so that the process ends with this code even when it was asked to end. */
    void endWith(int code) {
        exitCode = code;
    }

    boolean requested() {
        return requested;
    }

    private void interrupt() {
        Runnable action = stop;
        if (action == null || ended.getCount() == 0) {
            return;
        }
        requested = true;
        err.println(announcement);
        action.run();
        try {
            if (!ended.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                err.println("it has not ended within " + limit.toSeconds() + " s; 'replicator status' shows its state");
            } else if (exitCode != null) {
                Runtime.getRuntime().halt(exitCode);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The work has ended. */
    @Override
    public void close() {
        ended.countDown();
        if (!requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException _) {
                // The process is ending already, and the hook sees that there is nothing left to stop.
                return;
            }
        }
    }
}
