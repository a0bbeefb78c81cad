package io.replicator.apply;

import io.replicator.change.Position;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What a lane has done, readable from any thread. Counts start at zero with each daemon. */
public final class ApplyStatistics {
    private final AtomicLong rows = new AtomicLong();
    private final AtomicLong transactions = new AtomicLong();
    private final AtomicLong batches = new AtomicLong();
    private volatile @Nullable Position position;

    /** Says what the target contains before anything is applied. */
    void startAt(Position contained) {
        position = contained;
    }

    void committed(Position reached, long batchRows, long batchTransactions) {
        position = reached;
        rows.addAndGet(batchRows);
        transactions.addAndGet(batchTransactions);
        batches.incrementAndGet();
    }

    public long rows() {
        return rows.get();
    }

    public long transactions() {
        return transactions.get();
    }

    public long batches() {
        return batches.get();
    }

    /** The position up to which the target contains everything; null before the lanes are opened. */
    public @Nullable Position position() {
        return position;
    }
}
