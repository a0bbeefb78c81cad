package io.replicator.apply;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * Decides when what is gathered goes on. A flush costs the same for one change and for hundreds, so that many small ones
 * would take from the receiver what it needs. Times are those of {@link System#nanoTime}. Not thread-safe.
 */
final class FlushPolicy {
    private static final long COMPLETE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long MAX_HELD_BYTES = 32L << 20;
    private static final Duration BEHIND = Duration.ofSeconds(2);
    private static final long BEHIND_LINGER_FACTOR = 5;

    private final long maxHeldBytes;
    private final long lingerNanos;
    private long lastComplete;
    private long last;

    /**
     * @param memory what the changes of the whole pipeline may hold
     * @param linger how long after a flush the next one waits for more changes; several times as long while the target
     *     is behind
     */
    FlushPolicy(long memory, Duration linger, long now) {
        this.maxHeldBytes = Math.min(MAX_HELD_BYTES, memory / 2);
        this.lingerNanos = linger.toNanos();
        this.lastComplete = now;
        this.last = now;
    }

    /** Whether no more may be gathered. */
    boolean isMuch(boolean full, long heldBytes) {
        return full || heldBytes >= maxHeldBytes;
    }

    /** Whether it is time for a flush in which every lane commits. */
    boolean completeDue(long now) {
        return now - lastComplete > COMPLETE_NANOS;
    }

    /** Whether a flush without changes would come too early. */
    boolean idleEarly(long now) {
        return now - last < IDLE_NANOS;
    }

    /**
     * How long after a flush the next one waits for more.
     *
     * @param newest when the newest change was committed on the source
     */
    long linger(Instant newest, Instant now) {
        return newest.isBefore(now.minus(BEHIND)) ? lingerNanos * BEHIND_LINGER_FACTOR : lingerNanos;
    }

    /** How much is left of a time that {@link #linger} gave; not positive when it is over. */
    long left(long linger, long now) {
        return linger - (now - last);
    }

    void flushed(boolean complete, long now) {
        last = now;
        if (complete) {
            lastComplete = now;
        }
    }
}
