package io.replicator.apply;

import io.replicator.change.Position;
import io.replicator.change.SourceTransaction;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.util.BitSet;

/**
 * Which lanes hold the open source transaction already: after a death they may stand at different positions, ahead of what
 * comes again. Belongs to the router's thread.
 */
final class Replay {
    private final LaneFleet fleet;
    private final BitSet holding = new BitSet();
    private boolean all;

    Replay(LaneFleet fleet) {
        this.fleet = fleet;
    }

    void begin(SourceTransaction transaction) {
        holding.clear();
        for (int lane = 0; lane < fleet.lanes(); lane++) {
            if (fleet.start(lane).contains(transaction)) {
                holding.set(lane);
            }
        }
        all = holding.cardinality() == fleet.lanes();
    }

    /** Whether a lane holds it. */
    boolean heldBy(int lane) {
        return holding.get(lane);
    }

    /** Whether every lane holds it. */
    boolean heldByAll() {
        return all;
    }

    void end(SourceTransaction transaction, Position end) {
        for (int lane = holding.nextSetBit(0); lane >= 0; lane = holding.nextSetBit(lane + 1)) {
            if (!fleet.start(lane).reaches(end)) {
                throw new ReplicatorException(
                        ErrorCode.STATE_MISMATCH,
                        "the target's position " + fleet.start(lane) + " lies inside the source transaction "
                                + transaction.xid() + " that ends at " + end);
            }
        }
        all = false;
    }
}
