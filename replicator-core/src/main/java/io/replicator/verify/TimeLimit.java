package io.replicator.verify;

import java.time.Duration;

/**
 * When something has to end.
 *
 * @param nanos of {@link System#nanoTime}
 */
record TimeLimit(long nanos) {
    static TimeLimit in(Duration duration) {
        return new TimeLimit(System.nanoTime() + duration.toNanos());
    }

    boolean isOver() {
        return System.nanoTime() - nanos >= 0;
    }

    /**
     * Half of what is left, so that what comes behind something slow still has its time. It is for a server's timeout: at
     * least 1, as 0 would be none.
     */
    long halfMillis() {
        return Math.clamp((nanos - System.nanoTime()) / 2_000_000, 1, Integer.MAX_VALUE);
    }
}
