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
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The pgoutput stream of one slot, in turn with what {@link SlotBacklog} reads of it when it is far behind. {@link #run} is
 * the one thread that owns the stream: it never blocks in a read, so that feedback goes out every second whether or not the
 * pipeline has room.
 */
public final class WalStream implements ChangeSource {
    private static final int FEEDBACK_CHECK_MASK = 0xFF;

    private final Database source;
    private final String slot;
    private final PgOutputOptions options;
    private final @Nullable SlotBacklog backlog;
    private volatile boolean stopped;

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
        Lsn from = Acknowledgement.lsn(start);
        Acknowledgement acknowledgement = new Acknowledgement(from, durable);
        Delivery delivery = new Delivery(from, sink, () -> stopped);
        try {
            while (!stopped) {
                SlotStream ahead = backlog == null ? null : backlog.read(delivery);
                SlotStream successor = ahead == null ? null : streamAhead(ahead, delivery, acknowledgement);
                if (successor != null) {
                    streamSlot(successor, delivery, acknowledgement);
                } else if (!stopped) {
                    streamSlot(SlotStream.open(source, slot, delivery.passed(), options), delivery, acknowledgement);
                }
            }
        } catch (SQLException e) {
            throw failure(e);
        }
    }

    /** Streams from a copy until the slot itself can go on, whose stream is returned; null when stopped. */
    private @Nullable SlotStream streamAhead(SlotStream ahead, Delivery delivery, Acknowledgement acknowledgement)
            throws SQLException {
        try (SlotSuccession succession = new SlotSuccession(source, slot, options, delivery.passed())) {
            Delivery.Wait feedback = () -> {
                if (acknowledgement.isDue()) {
                    acknowledgement.send(ahead);
                    succession.acknowledge(acknowledgement);
                }
            };
            ReadingRest rest = new ReadingRest();
            boolean looking = false;
            for (int messages = 1; !stopped; messages++) {
                looking |= !deliverNext(ahead, rest, delivery, feedback) || (messages & FEEDBACK_CHECK_MASK) == 0;
                if (looking) {
                    feedback.pause();
                    if (!delivery.insideTransaction()) {
                        looking = false;
                        if (succession.advance(delivery.passed(), acknowledgement)) {
                            return succession.take(delivery);
                        }
                    }
                }
            }
            return null;
        } finally {
            ahead.closeQuietly();
        }
    }

    /** Streams until so much waits that it is to be read by SQL. */
    private void streamSlot(SlotStream opened, Delivery delivery, Acknowledgement acknowledgement) throws SQLException {
        try (SlotStream stream = opened) {
            Delivery.Wait feedback = () -> {
                if (acknowledgement.isDue()) {
                    acknowledgement.send(stream);
                }
            };
            ReadingRest rest = new ReadingRest();
            boolean looking = false;
            for (int messages = 1; !stopped; messages++) {
                deliverNext(stream, rest, delivery, feedback);
                if ((messages & FEEDBACK_CHECK_MASK) == 0) {
                    feedback.pause();
                    looking = true;
                }
                if (looking && backlog != null && mayLeave(stream, delivery, acknowledgement)) {
                    looking = false;
                    if (backlog.isLarge(delivery)) {
                        break;
                    }
                }
            }
            acknowledgement.send(stream);
        }
    }

    /** Delivers the next message or waits a little; returns whether one had come. */
    private static boolean deliverNext(SlotStream stream, ReadingRest rest, Delivery delivery, Delivery.Wait feedback)
            throws SQLException {
        long before = System.nanoTime();
        ByteBuffer message = stream.read();
        if (message != null) {
            if (rest.isDue(before, System.nanoTime())) {
                LockSupport.parkNanos(ReadingRest.NANOS);
            }
            delivery.message(message, feedback);
            return true;
        }
        Lsn walEnd = stream.received();
        if (delivery.insideTransaction() || !delivery.passed().isBefore(walEnd)) {
            feedback.pause();
            LockSupport.parkNanos(Delivery.PAUSE_NANOS);
        } else {
            delivery.idle(walEnd, feedback);
        }
        return false;
    }

    /** Not before the server has decoded what was read by SQL once more, and knows that it is not needed any more. */
    private static boolean mayLeave(SlotStream stream, Delivery delivery, Acknowledgement acknowledgement) {
        return stream.begin().isBefore(delivery.passed())
                && !acknowledgement.position().isBefore(stream.begin())
                && !delivery.insideTransaction();
    }

    private ReplicatorException failure(SQLException e) {
        String what = "streaming from slot " + slot + ": " + SqlStates.describe(e);
        boolean gone = SqlStates.has(e, SqlStates.UNDEFINED_OBJECT);
        return new ReplicatorException(gone ? ErrorCode.SLOT_LOST : ErrorCode.STREAM_BROKEN, what, e);
    }
}
