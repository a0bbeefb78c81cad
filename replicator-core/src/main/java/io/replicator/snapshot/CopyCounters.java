package io.replicator.snapshot;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes of tables that are being copied at the moment, readable from any thread. */
public final class CopyCounters {
    private final AtomicLong bytes = new AtomicLong();

    void add(long count) {
        bytes.addAndGet(count);
    }

    void subtract(long count) {
        bytes.addAndGet(-count);
    }

    /** Bytes of COPY data moved for tables that are not finished yet. */
    public long bytes() {
        return bytes.get();
    }
}
