package io.replicator.capture.wal;

import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what waits in a slot, when that is much, in pieces by SQL from a {@link SlotCopy}, before the rest is streamed from
 * that copy. For 300,000 messages that took 0.2 instead of 0.55 s of processor on the source, and a tenth at the reader. Belongs
 * to the thread that reads.
 *
 * <p>Whatever keeps it from reading (a server before version 12, no free slot, a piece that takes too long because a
 * transaction in it is huge) is logged, and the stream goes on instead: nothing depends on this but speed.
 */
final class SlotBacklog {
    private static final Logger LOG = LoggerFactory.getLogger(SlotBacklog.class);
    /** Two copies, of which one goes when the slot is streamed beside the other, and one to leave free. */
    private static final long LEAST_FREE = 3;

    private static final long REFUSED_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Database source;
    private final String slot;
    private final PgOutputOptions options;
    private final Limits limits;
    private @Nullable Long refusedAt;
    private long lookedAt = System.nanoTime();

    /**
     * @param worthwhileBytes from which on reading by SQL begins; of less that is left, one more piece is read
     * @param leastBytes what is left to the stream in any case
     * @param pieceBytes how much of the log a piece may span, and a quarter more where that is the rest. Each begins by reading
     *     again what the server wrote since its oldest transaction of about 15 s before began, so that pieces have to be large
     * @param firstBytes how much the first piece may span: little, because nobody has anything to do meanwhile
     * @param mostChanges how many messages a piece may have, which the last transaction may pass
     * @param pieces how many are read until a stream has its turn, half of them by either copy. Servers before 15.3, 14.8, 13.11
     *     and 12.15 forget nothing of a piece or of the stream, and end a session that has ten of what each and the server
     *     itself register
     * @param turn how long pieces are read at most until the stream has its turn
     * @param look how often a stream that has fallen behind looks whether a piece waits
     * @param patience how long the server may take to decode a piece: it keeps all of it, on disk what {@code work_mem} does
     *     not hold
     */
    record Limits(
            long worthwhileBytes,
            long leastBytes,
            long pieceBytes,
            long firstBytes,
            int mostChanges,
            int pieces,
            Duration turn,
            Duration look,
            Duration patience) {
        static final Limits USUAL = new Limits(
                16 << 20,
                1 << 20,
                256 << 20,
                4 << 20,
                5_000_000,
                8,
                Duration.ofMinutes(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5));

        /**
         * How much the next piece may span, so that it takes the server less than half of the patience and is decoded when
         * the one before is applied: 400,000 transactions of TPC-B took 5.3 s so, and 5.5 s with pieces that grow by five
         * times. What is left is taken along where it would make a small piece, which costs what a large one does: 0.6 s there.
         *
         * @param bytes how much the piece before spans
         * @param nanos how long that took
         * @param waiting how much waits behind it
         */
        long bytesBehind(long bytes, long nanos, long waiting) {
            double fast = (double) bytes * (patience.toNanos() / 2.0) / Math.max(1, nanos);
            long next = Math.clamp((long) Math.min(fast, 3.0 * bytes), Math.min(firstBytes, pieceBytes), pieceBytes);
            return waiting < next + next / 4 ? Math.max(waiting, next) : next;
        }
    }

    SlotBacklog(Database source, String slot, PgOutputOptions options, Limits limits) {
        this.source = source;
        this.slot = slot;
        this.options = options;
        this.limits = limits;
    }

    /** Whether so much waits behind what was delivered that reading it by SQL is worth leaving the stream; looked at times. */
    boolean isLarge(Delivery delivery) {
        long now = System.nanoTime();
        if (now - lookedAt < limits.look.toNanos()) {
            return false;
        }
        lookedAt = now;
        if (refusedAt != null && now - refusedAt < REFUSED_NANOS) {
            return false;
        }
        try {
            return isWorthwhile(delivery, limits.pieceBytes);
        } catch (SQLException e) {
            refused(delivery, SqlStates.describe(e));
        } catch (ReplicatorException e) {
            refused(delivery, e.getMessage());
        }
        return false;
    }

    /**
     * Delivers transactions from where the delivery stands, until little waits or a stream has to have its turn.
     *
     * @return the stream that goes on from there, of a copy of the slot; null where the slot itself has to be streamed
     * @throws SQLException when the connection breaks inside a transaction
     */
    @Nullable
    SlotStream read(Delivery delivery) throws SQLException {
        try (SlotPieces pieces = open(delivery)) {
            if (pieces == null) {
                return null;
            }
            if (pieces.read(delivery)) {
                return delivery.stopped() ? null : pieces.stream(delivery);
            }
            refused(delivery, "decoding a piece took longer than " + limits.patience.toSeconds() + " s");
        } catch (SQLException e) {
            if (delivery.insideTransaction()) {
                throw e;
            }
            refused(delivery, SqlStates.describe(e));
        }
        return null;
    }

    private @Nullable SlotPieces open(Delivery delivery) throws SQLException {
        try {
            return isWorthwhile(delivery, limits.worthwhileBytes)
                    ? SlotPieces.open(source, slot, options, limits)
                    : null;
        } catch (ReplicatorException e) {
            refused(delivery, e.getMessage());
            return null;
        }
    }

    /** Not where the copies would take the last slot, which verification and tables that are read again need. */
    private boolean isWorthwhile(Delivery delivery, long bytes) throws SQLException {
        try (Connection session = source.borrow()) {
            if (ReplicationSlot.waiting(session, delivery.passed()) < bytes) {
                return false;
            }
            long free = ReplicationSlot.free(session);
            if (free < LEAST_FREE) {
                refused(
                        delivery,
                        free + " replication slots or WAL senders are free, where " + LEAST_FREE + " are needed");
            }
            return free >= LEAST_FREE;
        }
    }

    private void refused(Delivery delivery, @Nullable String why) {
        if (!delivery.stopped()) {
            refusedAt = System.nanoTime();
            LOG.info("slot {} is streamed from {} on, and not read by SQL: {}", slot, delivery.passed(), why);
        }
    }
}
