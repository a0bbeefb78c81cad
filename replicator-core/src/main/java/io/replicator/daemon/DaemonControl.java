package io.replicator.daemon;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the daemon is asked to do next. Thread-safe. */
final class DaemonControl {
    private boolean stopped;
    private boolean paused;
    private boolean switched;
    private boolean unsettled;
    private boolean switchHooksRun;
    private @Nullable Resync resync;

    synchronized void stop() {
        stopped = true;
        notifyAll();
    }

    synchronized void pause(boolean wanted) {
        paused = wanted;
        notifyAll();
    }

    synchronized void switched() {
        switched = true;
        notifyAll();
    }

    /** Whether a cutover ended and neither switched nor undid itself. */
    synchronized void unsettled(boolean left) {
        unsettled = left;
        notifyAll();
    }

    synchronized void ranSwitchHooks() {
        switchHooksRun = true;
    }

    /** Whether this daemon has run the hooks behind the switch: what is left is to record that. */
    synchronized boolean switchHooksRun() {
        return switchHooksRun;
    }

    /** Has tables copied again. */
    synchronized void resync(Resync wanted) {
        resync = wanted;
        notifyAll();
    }

    /** What is to be copied again now; null for nothing. Each is handed out once. */
    synchronized @Nullable Resync takeResync() {
        Resync wanted = resync;
        resync = null;
        return wanted == null || wanted.withdrawn() ? null : wanted;
    }

    synchronized boolean stopped() {
        return stopped;
    }

    synchronized boolean paused() {
        return paused;
    }

    /** Whether the stream has to end. */
    synchronized boolean leaveStream() {
        return stopped || paused || switched || unsettled;
    }

    synchronized boolean wantsResync() {
        return resync != null;
    }

    /** Waits until the daemon is asked to stop. */
    synchronized void awaitStop() throws InterruptedException {
        while (!stopped) {
            wait();
        }
    }

    /** Waits for a time, or until the daemon is asked to go on or to stop. */
    void awaitWhilePaused(long millis) throws InterruptedException {
        await(millis, () -> stopped || !paused);
    }

    /**
     * Waits for a time, or until the daemon is asked to stop.
     *
     * @return whether the daemon was asked to stop
     */
    boolean await(long millis) throws InterruptedException {
        return await(millis, () -> stopped);
    }

    private synchronized boolean await(long millis, BooleanSupplier asked) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        while (!asked.getAsBoolean()) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        return asked.getAsBoolean();
    }
}
