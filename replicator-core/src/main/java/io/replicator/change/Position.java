package io.replicator.change;

import io.replicator.postgres.Lsn;

/**
 * A point between source transactions: everything before it is contained, nothing after it.
 *
 * <p>The text form is what the target stores and compares when progress moves on.
 */
public sealed interface Position permits Position.Wal, Position.Window {
    /** The canonical text form; two positions are equal exactly when their texts are. */
    String text();

    /** Whether this position contains everything that {@code other}, one of the same kind, contains. */
    boolean reaches(Position other);

    /** Whether a transaction of the stream lies before this position. */
    boolean contains(SourceTransaction transaction);

    /** Whether the stream stands at this position when {@code next} is the next transaction, as far as that tells. */
    boolean endsBefore(SourceTransaction next);

    /** Reads the text form of either kind. */
    static Position parse(String text) {
        return text.indexOf('/') >= 0 ? Wal.parse(text) : new Window(TxidSnapshot.parse(text));
    }

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
            return other instanceof Wal(Lsn otherLsn) && !lsn.isBefore(otherLsn);
        }

        @Override
        public boolean contains(SourceTransaction transaction) {
            return transaction.commitLsn().isBefore(lsn);
        }

        @Override
        public boolean endsBefore(SourceTransaction next) {
            return !contains(next);
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /**
     * A snapshot of the source: the position contains the transactions that the snapshot sees.
     *
     * <p>Windows are read from the position that the target holds and bring whole rows, so none of them is ever before
     * it.
     */
    record Window(TxidSnapshot snapshot) implements Position {
        @Override
        public String text() {
            return snapshot.text();
        }

        @Override
        public boolean reaches(Position other) {
            return other instanceof Window(TxidSnapshot otherSnapshot) && snapshot.reaches(otherSnapshot);
        }

        @Override
        public boolean contains(SourceTransaction transaction) {
            return false;
        }

        /** A window tells by its end alone where it stands. */
        @Override
        public boolean endsBefore(SourceTransaction next) {
            return false;
        }

        @Override
        public String toString() {
            return text();
        }
    }
}
