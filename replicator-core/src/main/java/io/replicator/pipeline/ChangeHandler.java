package io.replicator.pipeline;

import io.replicator.change.Change;
import java.util.function.BooleanSupplier;

/** Takes changes from the pipeline, always on the same thread. */
public interface ChangeHandler {
    /**
     * Takes the next change.
     *
     * @param drained whether no further change is waiting at the moment it is asked; only until this method returns
     */
    void handle(Change change, BooleanSupplier drained) throws InterruptedException;
}
