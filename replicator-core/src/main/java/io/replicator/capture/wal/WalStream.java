package io.replicator.capture.wal;

import io.replicator.capture.ChangeSink;
import io.replicator.capture.ChangeSource;
import io.replicator.capture.DurablePosition;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.SqlStates;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.postgresql.replication.fluent.logical.ChainedLogicalStreamBuilder;

/**
 * The pgoutput stream of one slot, in turn with what {@link SlotBacklog} reads of it when it is far behind. {@link #run} is
 * the one thread that owns the stream: it never blocks in a read, so that feedback goes out every second whether or not the pipeline has room. The stream
 * is ended by closing its connection: a graceful end would first receive the rest of a large transaction.
 */
public final class WalStream implements ChangeSource {
    private static final long FEEDBACK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long EARLY_FEEDBACK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int FEEDBACK_CHECK_MASK = 0xFF;

    private final Database source;
    private final String slot;
    private final PgOutputOptions options;
    private final @Nullable SlotBacklog backlog;
    private volatile boolean stopped;
    private Lsn acknowledged = Lsn.ZERO;
    private long lastFeedback;

    WalStream(Database source, String slot, PgOutputOptions options, @Nullable SlotBacklog backlog) {
        this.source = source;
        this.slot = slot;
        this.options = options;
        this.backlog = backlog;
    }

    /**
     * Reads a slot, and much that waits in it by SQL.
     *
     * @param binary whether values are to come in the types' binary form, for which the target must have the same types
     */
    public static WalStream of(Database source, String slot, String publication, boolean binary) {
        PgOutputOptions options = new PgOutputOptions(publication, binary);
        return new WalStream(source, slot, options, new SlotBacklog(source, slot, options, SlotBacklog.Limits.USUAL));
    }

    /** Reads a slot by the stream alone: for a reader that acknowledges nothing, a copy of the slot would begin too early. */
    public static WalStream alone(Database source, String slot, String publication, boolean binary) {
        return new WalStream(source, slot, new PgOutputOptions(publication, binary), null);
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public void run(Position start, ChangeSink sink, DurablePosition durable) {
        acknowledged = lsn(start);
        Delivery delivery = new Delivery(acknowledged, sink, () -> stopped);
        try {
            while (!stopped) {
                if (backlog != null) {
                    backlog.read(delivery);
                }
                stream(delivery, durable);
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    private void stream(Delivery delivery, DurablePosition durable) throws SQLException {
        if (stopped) {
            return;
        }
        try (Connection replication = source.openReplication("stream")) {
            ChainedLogicalStreamBuilder builder = replication
                    .unwrap(PGConnection.class)
                    .getReplicationAPI()
                    .replicationStream()
                    .logical()
                    .withSlotName(slot)
                    .withStartPosition(
                            LogSequenceNumber.valueOf(delivery.passed().value()))
                    .withStatusInterval(0, TimeUnit.SECONDS)
                    .withAutomaticFlush(false);
            options.values().forEach(builder::withSlotOption);
            PGReplicationStream stream = builder.start();
            acknowledged = acknowledged.max(lsn(durable.durable()));
            lastFeedback = System.nanoTime();
            pump(stream, delivery, durable);
            feedback(stream, durable);
        }
    }

    private void pump(PGReplicationStream stream, Delivery delivery, DurablePosition durable) throws SQLException {
        ReadingRest rest = new ReadingRest();
        Delivery.Wait feedback = () -> feedbackWhenDue(stream, durable);
        Lsn begin = delivery.passed();
        int messages = 0;
        boolean looking = false;
        while (!stopped) {
            if ((++messages & FEEDBACK_CHECK_MASK) == 0) {
                feedbackWhenDue(stream, durable);
                looking = true;
            }
            if (looking && backlog != null && mayLeave(begin, delivery)) {
                looking = false;
                if (backlog.isLarge(delivery)) {
                    return;
                }
            }
            long before = System.nanoTime();
            ByteBuffer message = stream.readPending();
            if (message != null) {
                if (rest.isDue(before, System.nanoTime())) {
                    LockSupport.parkNanos(ReadingRest.NANOS);
                }
                delivery.message(message, feedback);
            } else {
                Lsn walEnd = new Lsn(stream.getLastReceiveLSN().asLong());
                if (delivery.insideTransaction() || !delivery.passed().isBefore(walEnd)) {
                    feedbackWhenDue(stream, durable);
                    LockSupport.parkNanos(Delivery.PAUSE_NANOS);
                } else {
                    delivery.idle(walEnd, feedback);
                }
            }
        }
    }

    /** Not before the server has decoded what was read by SQL once more, and knows that it is not needed any more. */
    private boolean mayLeave(Lsn begin, Delivery delivery) {
        return begin.isBefore(delivery.passed()) && !acknowledged.isBefore(begin) && !delivery.insideTransaction();
    }

    private void feedbackWhenDue(PGReplicationStream stream, DurablePosition durable) throws SQLException {
        long waited = System.nanoTime() - lastFeedback;
        if (waited >= FEEDBACK_NANOS
                || (waited >= EARLY_FEEDBACK_NANOS && acknowledged.isBefore(lsn(durable.durable())))) {
            feedback(stream, durable);
        }
    }

    private void feedback(PGReplicationStream stream, DurablePosition durable) throws SQLException {
        acknowledged = acknowledged.max(lsn(durable.durable()));
        LogSequenceNumber flushed = LogSequenceNumber.valueOf(acknowledged.value());
        stream.setFlushedLSN(flushed);
        stream.setAppliedLSN(flushed);
        stream.forceUpdateStatus();
        lastFeedback = System.nanoTime();
    }

    private static Lsn lsn(Position position) {
        return switch (position) {
            case Position.Wal(Lsn lsn) -> lsn;
            case Position.Window window -> throw new IllegalArgumentException("not a WAL position: " + window);
        };
    }

    private ReplicatorException failure(SQLException e) {
        String what = "streaming from slot " + slot + ": " + SqlStates.describe(e);
        boolean gone = SqlStates.has(e, SqlStates.UNDEFINED_OBJECT);
        return new ReplicatorException(gone ? ErrorCode.SLOT_LOST : ErrorCode.STREAM_BROKEN, what, e);
    }
}
