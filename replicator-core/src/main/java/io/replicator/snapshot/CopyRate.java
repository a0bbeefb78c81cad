package io.replicator.snapshot;

/**
 * How fast rows may be read from the source, by all sessions together; changed while they read. Thread-safe.
 *
 * <p>A session reports what it moved and then waits until that much was due. A change takes effect at once.
 */
public final class CopyRate {
    private static final double NANOS = 1e9;

    private long bytesPerSecond;
    private boolean held;
    private long due = System.nanoTime();

    /** @param limit bytes per second; 0 for no limit */
    public synchronized void limit(long limit) {
        bytesPerSecond = limit;
        due = System.nanoTime();
        notifyAll();
    }

    /** Bytes per second; 0 for no limit. */
    public synchronized long limit() {
        return bytesPerSecond;
    }

    /** Stops all sessions, or lets them go on. */
    synchronized void hold(boolean wanted) {
        held = wanted;
        notifyAll();
    }

    /** Whether the sessions are stopped because of the source's load. */
    public synchronized boolean held() {
        return held;
    }

    /** Waits as long as these bytes and the load of the source make it necessary. */
    synchronized void moved(long bytes) throws InterruptedException {
        while (held) {
            wait();
        }
        long limit = bytesPerSecond;
        if (limit == 0) {
            return;
        }
        long now = System.nanoTime();
        due = Math.max(due, now) + (long) (bytes * NANOS / limit);
        long until = due;
        while (held || (bytesPerSecond == limit && until - now > 0)) {
            if (held) {
                wait();
            } else {
                wait(Math.max(1, (until - now) / 1_000_000));
            }
            now = System.nanoTime();
        }
    }
}
