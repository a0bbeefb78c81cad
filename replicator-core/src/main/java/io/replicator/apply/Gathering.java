package io.replicator.apply;

import io.replicator.change.Change;
import java.util.Arrays;

/** The changes gathered for each lane, and the memory they hold. Belongs to the router's thread. */
final class Gathering {
    private final Batch[] batches;
    private final long[] bytes;
    private long held;
    private boolean full;

    Gathering(int lanes) {
        batches = new Batch[lanes];
        Arrays.setAll(batches, _ -> new Batch());
        bytes = new long[lanes];
    }

    /** Adds a change, unless the table's structure changed meanwhile; returns whether it did. */
    boolean add(int lane, TableMapping mapping, Change change, int size) {
        if (!batches[lane].add(mapping, change)) {
            return false;
        }
        bytes[lane] += size;
        held += size;
        full |= batches[lane].full();
        return true;
    }

    boolean isEmpty(int lane) {
        return batches[lane].changes() == 0;
    }

    boolean isEmpty() {
        for (Batch batch : batches) {
            if (batch.changes() > 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether a lane's batch has reached its limit. */
    boolean full() {
        return full;
    }

    long held() {
        return held;
    }

    /** Takes out what was gathered for a lane. */
    LaneOrder.Apply take(int lane) {
        LaneOrder.Apply taken = new LaneOrder.Apply(batches[lane], bytes[lane]);
        batches[lane] = new Batch();
        held -= bytes[lane];
        bytes[lane] = 0;
        full = false;
        for (Batch batch : batches) {
            full |= batch.full();
        }
        return taken;
    }
}
