package io.replicator.capture.wal;

import io.replicator.capture.ChangeSink;
import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.postgres.Lsn;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Decodes messages of pgoutput and hands the changes on, in the order in which they come. Transactions that it has handed on
 * before are passed over, so that a reader may begin earlier. Belongs to the thread that reads.
 */
final class Delivery {
    /** How long a reader rests that has nothing to do. */
    static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final ChangeSink sink;
    private PgOutputDecoder decoder = new PgOutputDecoder();
    private final BooleanSupplier stopped;
    private Lsn passed;
    private boolean known;

    /** What a reader does while the sink has no room. */
    @FunctionalInterface
    interface Wait {
        void pause() throws SQLException;
    }

    /** @param stopped whether nothing more is wanted */
    Delivery(Lsn from, ChangeSink sink, BooleanSupplier stopped) {
        passed = from;
        this.sink = sink;
        this.stopped = stopped;
    }

    /** Whatever commits before it was handed on, and nothing else but a part of the next transaction. */
    Lsn passed() {
        return passed;
    }

    boolean insideTransaction() {
        return decoder.insideTransaction();
    }

    boolean stopped() {
        return stopped.getAsBoolean();
    }

    /** Goes on with another stream's messages, of which this decoder has seen the first ones. */
    void decodeBy(PgOutputDecoder other) {
        if (insideTransaction()) {
            throw new IllegalStateException("another stream cannot go on inside a transaction");
        }
        decoder = other;
    }

    /** Hands the change in a message on, unless stopped. */
    void message(ByteBuffer message, Wait wait) throws SQLException {
        Change change = decoder.decode(message);
        if (change == null) {
            return;
        }
        if (change instanceof Change.Begin(var transaction)) {
            known = transaction.commitLsn().isBefore(passed);
        }
        if (known) {
            return;
        }
        if (change instanceof Change.Commit(Position.Wal(Lsn end))) {
            passed = end;
        }
        offer(change, wait);
    }

    /** Hands on that nothing commits before a position, unless stopped. */
    void idle(Lsn walEnd, Wait wait) throws SQLException {
        passed = walEnd;
        offer(new Change.Idle(new Position.Wal(walEnd)), wait);
    }

    private void offer(Change change, Wait wait) throws SQLException {
        while (!sink.offer(change) && !stopped()) {
            wait.pause();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
