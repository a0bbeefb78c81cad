package io.replicator.pipeline;

import java.util.concurrent.atomic.AtomicLong;

/** What received but unapplied changes may occupy. Thread-safe. */
public final class ByteBudget {
    private final long limit;
    private final AtomicLong used = new AtomicLong();

    public ByteBudget(long limit) {
        this.limit = limit;
    }

    /** Takes bytes when they fit, or when nothing else is held: a single change may be larger than the limit. */
    boolean tryTake(int bytes) {
        if (used.get() + bytes > limit && used.get() > 0) {
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
