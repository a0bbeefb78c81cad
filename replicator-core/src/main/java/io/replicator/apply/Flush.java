package io.replicator.apply;

import io.replicator.change.Position;

/**
 * What lanes commit together, each in its own transaction; it is done when the last of them is. Guarded by the
 * {@link LaneGroup}'s lock but for what never changes.
 */
final class Flush {
    private final Position reached;
    private final long beat;
    private final boolean safely;
    private final boolean complete;
    private final long rows;
    private final long transactions;
    private int remaining;

    /**
     * @param reached the position the target has once this flush and all before it are done
     * @param beat the heartbeat among the changes; 0 for none
     * @param safely whether every lane commits, and its commit waits for the target's disk
     * @param complete whether every lane has this position afterwards
     * @param lanes how many lanes commit
     */
    Flush(Position reached, long beat, boolean safely, boolean complete, long rows, long transactions, int lanes) {
        this.reached = reached;
        this.beat = beat;
        this.safely = safely;
        this.complete = complete;
        this.rows = rows;
        this.transactions = transactions;
        this.remaining = lanes;
    }

    Position reached() {
        return reached;
    }

    long beat() {
        return beat;
    }

    boolean safely() {
        return safely;
    }

    boolean complete() {
        return complete;
    }

    long rows() {
        return rows;
    }

    long transactions() {
        return transactions;
    }

    void committedByOne() {
        remaining--;
    }

    boolean done() {
        return remaining == 0;
    }
}
