package io.replicator.snapshot;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How far a pass over large objects is, readable from any thread. */
public final class LargeObjectCounters {
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private volatile @Nullable Long total;

    /**
     * What a pass has done so far.
     *
     * @param done how many objects are as on the source by now
     * @param total how many the source had when the pass began
     * @param bytes written to the target, those of unfinished objects included, but not those of holes
     */
    public record Passed(long done, long total, long bytes) {}

    /** What the pass has done that is under way; null while there is none. */
    public @Nullable Passed passed() {
        Long all = total;
        return all == null ? null : new Passed(Math.min(all, done.get()), all, bytes.get());
    }

    void begin(long objects) {
        done.set(0);
        bytes.set(0);
        total = objects;
    }

    void done(long objects) {
        done.addAndGet(objects);
    }

    void moved(long moved) {
        bytes.addAndGet(moved);
    }

    void end() {
        total = null;
    }
}
