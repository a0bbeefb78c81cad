package io.replicator.pipeline;

import java.util.concurrent.atomic.AtomicLong;

/** What received but unapplied changes may occupy. Thread-safe. */
public final class ByteBudget {
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    public ByteBudget(long limit) {
        this.limit = limit;
    }

    public long limit() {
        return limit;
    }

    /**
     * Takes bytes unless the limit is reached. The last change may exceed it, however large: a taker that holds less than
     * the limit and waits for more always gets it.
     */
    public boolean tryTake(int bytes) {
        if (used.get() >= limit) {
            return false;
        }
        used.addAndGet(bytes);
        return true;
    }

    /** Gives bytes back once their changes are applied. */
    public void release(long bytes) {
        used.addAndGet(-bytes);
    }

    public long used() {
        return used.get();
    }
}
