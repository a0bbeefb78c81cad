package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.postgres.QualifiedName;
import java.util.Map;

/** What a lane does next; it does one order after the other. */
sealed interface LaneOrder {
    /**
     * Apply changes inside the open transaction.
     *
     * @param bytes given back to the pipeline's budget afterwards
     */
    record Apply(Batch batch, long bytes) implements LaneOrder {}

    /** Empty tables inside the open transaction. */
    record Truncate(Change.Truncate truncate) implements LaneOrder {}

    /** Record, inside the open transaction, how a table's rows are spread over the lanes from its commit on. */
    record Spread(QualifiedName table, KeySpread spread) implements LaneOrder {}

    /**
     * Commit the open transaction with the lane's progress.
     *
     * @param flush what the commit is part of
     * @param beat the heartbeat to record; 0 for none
     * @param others lanes this transaction advances too, with where they stand; they have no orders left
     */
    record Commit(Flush flush, long beat, Map<Integer, Position> others) implements LaneOrder {}

    /** Another lane's transaction has advanced this lane. */
    record Stand(Position position) implements LaneOrder {}

    /** The structure of tables may have changed. */
    record Forget() implements LaneOrder {}
}
