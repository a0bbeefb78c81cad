package io.replicator.cli.demo;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Spreads what one thread does evenly over time. Whatever could not be done in its time is left out. */
final class Pace {
    private final long periodNanos;
    private long next = System.nanoTime();

    /** @param perSecond 0 for no limit */
    Pace(double perSecond) {
        periodNanos = perSecond <= 0 ? 0 : (long) (TimeUnit.SECONDS.toNanos(1) / perSecond);
    }

    /** Waits until the next turn, or until the thread is unparked. */
    void await() {
        if (periodNanos == 0) {
            return;
        }
        long now = System.nanoTime();
        if (next > now) {
            LockSupport.parkNanos(next - now);
        }
        next = Math.max(next + periodNanos, now);
    }
}
