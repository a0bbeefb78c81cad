package io.replicator.daemon;

import io.replicator.capture.ChangeSource;
import io.replicator.catalog.Catalog;
import io.replicator.change.Position;
import io.replicator.snapshot.LoadSnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** What differs between the ways of learning changes. */
interface Capture {
    /** {@code wal} or {@code trigger}. */
    String word();

    /** Removes leftovers of an interrupted preparation and creates what capture needs on the source. */
    void install(Catalog catalog, Steps steps) throws InterruptedException;

    /** Fixes the point from which changes are captured, with the snapshots the rows are to be read under. */
    LoadSnapshot begin(Steps steps) throws InterruptedException;

    /** Whether ranges of one table may be read under different snapshots. */
    boolean joinsSnapshots();

    /** Refuses, naming what to do, when {@link #again} could not succeed now. */
    default void requireSnapshots() {}

    /** Snapshots for tables that have to be read again, or that a crash left unread. */
    LoadSnapshot again(Steps steps) throws InterruptedException;

    /** Checks that the stream can go on at the target's position without losing anything. */
    void requireStart(Position position);

    ChangeSource source();

    /** Whether {@link #ahead} gives changes. */
    default boolean readsAhead() {
        return false;
    }

    /** The changes behind the target's position, values as text, to be read without acknowledging any. */
    default ChangeSource ahead() {
        throw new UnsupportedOperationException("changes captured by " + word() + " cannot be read ahead");
    }

    /**
     * A point of the running stream and a snapshot of the source that sees exactly what lies before it.
     *
     * @throws io.replicator.error.ReplicatorException {@code NOT_COMPARABLE} when it cannot be had within the limit
     */
    ConsistentPoint point(ChangeSource running, Duration limit) throws InterruptedException;

    /** Has everything sent that is passed over while writers go on; behind the fence. */
    default void complete(ChangeSource running, Duration limit) throws InterruptedException {}

    /** Removes what capture needed, after the switch. */
    void finish();

    /** A point of the stream; the snapshot can be imported until it is closed. */
    interface ConsistentPoint extends AutoCloseable {
        Position position();

        /** Begins a read-only transaction on a session of the source that sees the point. */
        void importInto(Connection session) throws SQLException;

        @Override
        void close();
    }
}
