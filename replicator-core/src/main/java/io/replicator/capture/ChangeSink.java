package io.replicator.capture;

import io.replicator.change.Change;

/** Takes changes from a source. */
@FunctionalInterface
public interface ChangeSink {
    /**
     * Offers the next change without waiting.
     *
     * @return false when there is no room; the source then keeps its connection alive and offers the same change again
     * @throws io.replicator.error.ReplicatorException when the taker has failed
     */
    boolean offer(Change change);
}
