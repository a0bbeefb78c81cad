package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.change.Position;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Gathers changes for the lanes, hands them over, and has the lanes commit what they were given. Belongs to the router's
 * thread.
 */
final class LaneFeed {
    private final LaneFleet fleet;
    private final LaneGroup group;
    private final BitSet dirty = new BitSet();
    private Gathering gathering;
    private long rows;
    private long transactions;

    LaneFeed(LaneFleet fleet) {
        this.fleet = fleet;
        this.group = fleet.group();
        this.gathering = new Gathering(fleet.lanes());
    }

    /** The lanes were opened anew; nothing is gathered or open. */
    void reopened() {
        gathering = new Gathering(fleet.lanes());
    }

    void add(int lane, TableMapping mapping, Change change, int size) throws InterruptedException {
        if (!gathering.add(lane, mapping, change, size)) {
            apply(lane, lane);
            group.order(fleet.lane(lane), new LaneOrder.Forget());
            gathering.add(lane, mapping, change, size);
        }
    }

    /** Counts a source transaction to the next commit. */
    void ended() {
        transactions++;
    }

    /** Whether a lane's batch has reached its limit. */
    boolean full() {
        return gathering.full();
    }

    /** How many bytes are gathered. */
    long held() {
        return gathering.held();
    }

    /** Whether nothing is gathered and no lane has an open transaction. */
    boolean isEmpty() {
        return dirty.isEmpty() && gathering.isEmpty();
    }

    /** Whether a lane from this one on has an open transaction. */
    boolean isOpen(int from) {
        return dirty.nextSetBit(from) >= 0;
    }

    /**
     * Hands over what is gathered for a lane.
     *
     * @param by the lane that applies it
     */
    void apply(int gathered, int by) throws InterruptedException {
        if (!gathering.isEmpty(gathered)) {
            LaneOrder.Apply order = gathering.take(gathered);
            rows += order.batch().changes();
            write(by, order);
        }
    }

    /** Hands over all that is gathered. */
    void applyAll() throws InterruptedException {
        for (int lane = 0; lane < fleet.lanes(); lane++) {
            apply(lane, lane);
        }
    }

    /** Orders a lane to write something inside its open transaction. */
    void write(int lane, LaneOrder order) throws InterruptedException {
        group.order(fleet.lane(lane), order);
        dirty.set(lane);
    }

    /**
     * Has lanes commit: all of them, or those with an open transaction; the first one when there is none.
     *
     * @param beat the heartbeat among the changes; 0 for none
     * @param safely whether the commits wait for the target's disk
     * @param all whether every lane has the position afterwards
     */
    void commit(Position reached, long beat, boolean safely, boolean all) throws InterruptedException {
        BitSet committing = (BitSet) dirty.clone();
        if (all) {
            committing.set(0, fleet.lanes());
        } else if (committing.isEmpty()) {
            committing.set(0);
        }
        Flush flush = announce(reached, beat, safely, all, committing.cardinality());
        long untold = beat;
        for (int lane = committing.nextSetBit(0); lane >= 0; lane = committing.nextSetBit(lane + 1)) {
            group.order(fleet.lane(lane), new LaneOrder.Commit(flush, untold, Map.of()));
            untold = 0;
        }
    }

    /** Has the first lane commit and advance all others, which have nothing to do. */
    void commitWhole(Position reached, long beat, boolean safely) throws InterruptedException {
        Flush flush = announce(reached, beat, safely, true, 1);
        Map<Integer, Position> others = new HashMap<>();
        for (int lane = 1; lane < fleet.lanes(); lane++) {
            others.put(lane, fleet.lane(lane).position());
        }
        group.order(fleet.lane(0), new LaneOrder.Commit(flush, beat, others));
        group.awaitIdle();
        for (int lane = 1; lane < fleet.lanes(); lane++) {
            group.order(fleet.lane(lane), new LaneOrder.Stand(reached));
        }
    }

    private Flush announce(Position reached, long beat, boolean safely, boolean complete, int lanes) {
        Flush flush = new Flush(reached, beat, safely, complete, rows, transactions, lanes);
        group.announce(flush);
        dirty.clear();
        rows = 0;
        transactions = 0;
        return flush;
    }

    /** Has all lanes forget what they know of tables. */
    void forget() throws InterruptedException {
        for (int lane = 0; lane < fleet.lanes(); lane++) {
            group.order(fleet.lane(lane), new LaneOrder.Forget());
        }
    }
}
