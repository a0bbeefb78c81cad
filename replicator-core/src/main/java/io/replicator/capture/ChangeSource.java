package io.replicator.capture;

import io.replicator.change.Position;
import org.jspecify.annotations.Nullable;

/** Delivers the source's changes in the order of their commits. One thread runs it; {@link #stop} may come from any. */
public interface ChangeSource {
    /**
     * Delivers every transaction that commits at or behind {@code start}, until stopped.
     *
     * @param start a position between transactions, as the target's progress holds it
     * @param durable what may be acknowledged to the source
     * @throws io.replicator.error.ReplicatorException when the stream breaks or the source is not the one it should be
     */
    void run(Position start, ChangeSink sink, DurablePosition durable);

    /** How many rows of change logs wait, as last counted; null where changes do not come from change logs. */
    default @Nullable Long backlogRows() {
        return null;
    }

    /** Makes {@link #run} return soon. */
    void stop();
}
