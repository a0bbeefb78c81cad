package io.replicator.change;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message from the source, in the order of commits. A transaction is a {@link Begin}, any number of row changes,
 * and a {@link Commit}; {@link Idle} stands only between transactions.
 */
public sealed interface Change {
    /** The bytes this change keeps alive, for the pipeline's budget. */
    int size();

    record Begin(SourceTransaction transaction) implements Change {
        @Override
        public int size() {
            return 64;
        }
    }

    /** @param end the position behind this transaction */
    record Commit(Position end) implements Change {
        @Override
        public int size() {
            return 32;
        }
    }

    record Insert(Relation relation, Tuple row, int size) implements Change {}

    /**
     * @param old the old key or row, where the replica identity made the source send one
     * @param row the new row; columns of kind {@code u} keep the value they have
     */
    record Update(Relation relation, @Nullable OldTuple old, Tuple row, int size) implements Change {}

    record Delete(Relation relation, OldTuple old, int size) implements Change {}

    /** How a row looks now, as of the position at the end of the transaction, whether or not it was there before. */
    record Upsert(Relation relation, Tuple row, int size) implements Change {}

    /**
     * There is no row of this key, as of the position at the end of the transaction, whether or not there was one
     * before.
     *
     * @param key a tuple in which the key's columns are set
     */
    record Remove(Relation relation, Tuple key, int size) implements Change {}

    /** One TRUNCATE statement of one or more tables. */
    record Truncate(List<Relation> relations, boolean cascade, boolean restartIdentity) implements Change {
        public Truncate {
            relations = List.copyOf(relations);
        }

        @Override
        public int size() {
            return 64;
        }
    }

    /**
     * What came so far of the open transaction may be committed, though the position remains the one before it: after a
     * crash all of it comes again, and does no harm then.
     */
    record Checkpoint() implements Change {
        @Override
        public int size() {
            return 16;
        }
    }

    /** Nothing is pending up to this position: there was no transaction of interest. */
    record Idle(Position position) implements Change {
        @Override
        public int size() {
            return 16;
        }
    }

    /**
     * What is known of a row before a change.
     *
     * @param complete true for a whole row (REPLICA IDENTITY FULL), where NULL is NULL; false for a key, where columns
     *     outside the key are absent
     */
    record OldTuple(Tuple tuple, boolean complete) {}
}
