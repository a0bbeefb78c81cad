package io.replicator.capture.wal;

import io.replicator.postgres.BinaryCopyReader;
import io.replicator.postgres.CancelWhen;
import io.replicator.postgres.Database;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.SqlStates;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what waits in a slot, when that is much, in pieces by SQL from a {@link SlotCopy}, before the rest is streamed. That
 * takes a third of the processor time on the source, and a tenth at the reader.
 *
 * <p>Whatever keeps it from reading (a server before version 12, no free slot, a piece that takes too long because a
 * transaction in it is huge) is logged, and the stream begins earlier: nothing depends on this but speed.
 */
final class SlotBacklog {
    private static final Logger LOG = LoggerFactory.getLogger(SlotBacklog.class);
    private static final Delivery.Wait NOTHING = () -> {};

    private final Database source;
    private final String slot;
    private final PgOutputOptions options;
    private final Limits limits;

    /**
     * @param worthwhileBytes below it the rest is streamed
     * @param pieceBytes how much of the log a piece may span
     * @param firstChanges how many messages the first piece may have: few, because nobody has anything to do meanwhile
     * @param mostChanges how many any piece may have. Each begins by reading again what the server wrote since its oldest
     *     transaction of about 15 s before began, so that pieces have to be large. The last transaction may pass both limits
     * @param patience how long the server may take to decode a piece: it keeps all of it, on disk what {@code work_mem} does
     *     not hold
     */
    record Limits(long worthwhileBytes, long pieceBytes, int firstChanges, int mostChanges, Duration patience) {
        static final Limits USUAL = new Limits(16 << 20, 256 << 20, 20_000, 1_000_000, Duration.ofSeconds(5));

        int changesBehind(int piece) {
            return Math.min(mostChanges, 5 * piece);
        }
    }

    /** How the wait for a piece ends. */
    private enum Wait {
        LASTING,
        ANSWERED,
        CANCELLED
    }

    SlotBacklog(Database source, String slot, PgOutputOptions options) {
        this(source, slot, options, Limits.USUAL);
    }

    SlotBacklog(Database source, String slot, PgOutputOptions options, Limits limits) {
        this.source = source;
        this.slot = slot;
        this.options = options;
        this.limits = limits;
    }

    /**
     * Delivers transactions from where the delivery stands.
     *
     * @param durable what may be acknowledged
     * @throws SQLException when the connection breaks inside a transaction
     */
    void read(Delivery delivery, Supplier<Lsn> durable) throws SQLException {
        try {
            if (!isWorthwhile(delivery.passed())) {
                return;
            }
            try (SlotCopy copy = SlotCopy.open(source, slot, delivery.passed())) {
                readPieces(copy, delivery, durable);
            }
        } catch (SQLException e) {
            if (delivery.insideTransaction()) {
                throw e;
            }
            if (!delivery.stopped()) {
                LOG.info(
                        "slot {} is streamed from {} on, without reading more of it by SQL: {}",
                        slot,
                        delivery.passed(),
                        SqlStates.describe(e));
            }
        }
    }

    private boolean isWorthwhile(Lsn from) throws SQLException {
        try (Connection session = source.borrow()) {
            return ReplicationSlot.waiting(session, from) >= limits.worthwhileBytes;
        }
    }

    private void readPieces(SlotCopy copy, Delivery delivery, Supplier<Lsn> durable) throws SQLException {
        SlotCopy.Waiting before = copy.waiting();
        LOG.info("reading {} MB of WAL that wait in slot {} by SQL", before.bytes() >> 20, slot);
        Lsn acknowledged = delivery.passed();
        int changes = limits.firstChanges;
        while (before.bytes() >= limits.worthwhileBytes) {
            Lsn end = new Lsn(before.position().value() + limits.pieceBytes);
            CopyOut piece = start(copy, copy.next(end, changes, options), delivery);
            changes = limits.changesBehind(changes);
            if (piece == null) {
                return;
            }
            deliver(piece, delivery);
            if (delivery.stopped()) {
                return;
            }
            if (durable.get().bytesSince(acknowledged) >= 2 * limits.pieceBytes) {
                acknowledged = durable.get();
                copy.acknowledge(acknowledged);
            }
            SlotCopy.Waiting after = copy.waiting();
            if (!before.position().isBefore(after.position())) {
                return;
            }
            before = after;
        }
    }

    /** Waits for the first of a piece's messages; null when that took too long or nobody wants them any more. */
    private @Nullable CopyOut start(SlotCopy copy, String sql, Delivery delivery) throws SQLException {
        long since = System.nanoTime();
        AtomicReference<Wait> wait = new AtomicReference<>(Wait.LASTING);
        CopyOut piece;
        try (CancelWhen _ = new CancelWhen(
                copy.session(),
                () -> (delivery.stopped() || System.nanoTime() - since > limits.patience.toNanos())
                        && wait.compareAndSet(Wait.LASTING, Wait.CANCELLED))) {
            piece = copy.session().unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
        }
        return wait.compareAndSet(Wait.LASTING, Wait.ANSWERED) ? piece : null;
    }

    private static void deliver(CopyOut piece, Delivery delivery) throws SQLException {
        BinaryCopyReader rows = new BinaryCopyReader(piece);
        ByteBuffer row;
        while (!delivery.stopped() && (row = rows.next()) != null) {
            row.position(row.position() + Integer.BYTES);
            delivery.message(row, NOTHING);
        }
    }
}
