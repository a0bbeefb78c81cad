package io.replicator.capture.wal;

import java.util.concurrent.TimeUnit;

/**
 * Decides when a reader that had to wait for a message rests before it reads on. The server sends every message by itself
 * and wakes whoever waits for it; in a rest, messages gather in the socket, so that one waking serves many. Races with rests
 * and without: 0.78 and 0.82 of a native subscription's time.
 *
 * <p>A rest that gathered little was not worth it: the source writes no faster, or reading is slow for other reasons, and
 * rests would hold up the stream. Then there is none for a while. Not thread-safe; times are those of {@link
 * System#nanoTime}.
 */
final class ReadingRest {
    static final long NANOS = TimeUnit.MICROSECONDS.toNanos(300);
    /** With rests after nearly every message the lag race gave a p99 of 2 s, with this pause 0.17 s. */
    static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    static final int WORTHWHILE_MESSAGES = 8;
    /** A read that takes as long had to wait. */
    private static final long WAITED_NANOS = TimeUnit.MICROSECONDS.toNanos(5);

    private boolean rested;
    private int messages;
    private long pausedAt;
    private boolean paused;

    /**
     * To be asked after each message.
     *
     * @param before when the read began
     * @param now when it ended
     * @return whether to rest now
     */
    boolean isDue(long before, long now) {
        messages++;
        if (now - before <= WAITED_NANOS || (paused && now - pausedAt < PAUSE_NANOS)) {
            return false;
        }
        paused = rested && messages < WORTHWHILE_MESSAGES;
        pausedAt = now;
        rested = !paused;
        messages = 0;
        return rested;
    }
}
