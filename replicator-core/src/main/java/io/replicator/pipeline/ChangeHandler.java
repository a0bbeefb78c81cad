package io.replicator.pipeline;

import io.replicator.change.Change;

/** Takes changes from the pipeline, always on the same thread. */
public interface ChangeHandler {
    /**
     * Takes the next change.
     *
     * @param drained whether no further change is waiting at this moment
     */
    void handle(Change change, boolean drained) throws InterruptedException;
}
