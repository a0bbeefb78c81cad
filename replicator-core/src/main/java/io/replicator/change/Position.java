package io.replicator.change;

import io.replicator.postgres.Lsn;

/**
 * A point between two source transactions: everything before it is contained, nothing after it.
 *
 * <p>The text form is what the target stores and compares when progress moves on.
 */
public sealed interface Position permits Position.Wal {
    /** The canonical text form; two positions are equal exactly when their texts are. */
    String text();

    /** Whether this position contains everything that {@code other} contains. */
    boolean reaches(Position other);

    /** Whether a transaction lies before this position. */
    boolean contains(SourceTransaction transaction);

    /**
     * A position in the write-ahead log: the end of a commit record, or a point where no transaction is pending.
     *
     * <p>A transaction is contained iff its commit record starts before {@code lsn}.
     */
    record Wal(Lsn lsn) implements Position {
        public static Wal parse(String text) {
            return new Wal(Lsn.parse(text));
        }

        @Override
        public String text() {
            return lsn.toString();
        }

        @Override
        public boolean reaches(Position other) {
            return switch (other) {
                case Wal wal -> !lsn.isBefore(wal.lsn);
            };
        }

        @Override
        public boolean contains(SourceTransaction transaction) {
            return transaction.commitLsn().isBefore(lsn);
        }

        @Override
        public String toString() {
            return text();
        }
    }
}
