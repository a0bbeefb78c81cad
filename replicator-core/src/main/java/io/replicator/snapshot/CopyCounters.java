package io.replicator.snapshot;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes on their way, readable from any thread. */
public final class CopyCounters {
    private final AtomicLong bytes = new AtomicLong();

    void add(int count) {
        bytes.addAndGet(count);
    }

    void subtract(long count) {
        bytes.addAndGet(-count);
    }

    /** Bytes of COPY data moved by this daemon, of finished and unfinished tables. */
    public long bytes() {
        return bytes.get();
    }
}
