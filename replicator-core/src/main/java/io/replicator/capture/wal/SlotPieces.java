package io.replicator.capture.wal;

import io.replicator.postgres.Database;
import io.replicator.postgres.Lsn;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pieces by two copies of a slot in turn: while the messages of one piece are delivered, the server decodes the next for
 * the other copy. Belongs to the thread that reads.
 */
final class SlotPieces implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlotPieces.class);

    /**
     * Behind a piece in which no transaction ends: each further one would decode the large transaction from its beginning once
     * more, and the stream, too, if reading ended with it and not at the end of the log.
     */
    private static final long ALL = 1L << 40;

    private final String slot;
    private final PgOutputOptions options;
    private final SlotBacklog.Limits limits;
    private SlotCopy reading;
    private SlotCopy other;
    private @Nullable SlotPiece next;
    private boolean streamed;

    private SlotPieces(
            String slot, PgOutputOptions options, SlotBacklog.Limits limits, SlotCopy reading, SlotCopy other) {
        this.slot = slot;
        this.options = options;
        this.limits = limits;
        this.reading = reading;
        this.other = other;
    }

    static SlotPieces open(Database source, String slot, PgOutputOptions options, SlotBacklog.Limits limits)
            throws SQLException {
        SlotCopy reading = SlotCopy.open(source, slot);
        try {
            return new SlotPieces(slot, options, limits, reading, SlotCopy.open(source, slot));
        } catch (SQLException | RuntimeException e) {
            reading.close();
            throw e;
        }
    }

    /**
     * Delivers pieces until little waits or a stream has to have its turn.
     *
     * @return false when a piece has taken too long
     */
    boolean read(Delivery delivery) throws SQLException {
        long since = System.nanoTime();
        SlotCopy.Waiting before = reading.follow(slot);
        LOG.info("reading {} MB of WAL that wait in slot {} by SQL", before.bytes() >> 20, slot);
        SlotPiece piece = start(reading, before, limits.firstBytes(), delivery);
        if (!piece.isDecoded()) {
            return false;
        }
        for (int number = 1; ; number++) {
            SlotCopy.Waiting after = other.follow(reading.name());
            boolean last = number == limits.pieces()
                    || before.bytes() < limits.worthwhileBytes()
                    || after.bytes() < limits.leastBytes()
                    || !before.position().isBefore(after.position())
                    || System.nanoTime() - since > limits.turn().toNanos();
            long bytes = piece.isEmpty() ? ALL : limits.bytesBehind(piece.bytes(), piece.nanos(), after.bytes());
            next = last ? null : start(other, after, bytes, delivery);
            piece.deliver(delivery);
            if (next == null || delivery.stopped()) {
                return true;
            }
            if (!next.isDecoded()) {
                return false;
            }
            piece = next;
            before = after;
            SlotCopy read = reading;
            reading = other;
            other = read;
        }
    }

    private SlotPiece start(SlotCopy copy, SlotCopy.Waiting waiting, long bytes, Delivery delivery) {
        Lsn end = new Lsn(waiting.position().value() + bytes);
        long spanned = Math.min(bytes, waiting.bytes());
        return SlotPiece.start(
                copy, copy.next(end, limits.mostChanges(), options), spanned, delivery, limits.patience());
    }

    /** Streams what lies behind the pieces, of which one at least was delivered; closing the stream ends its copy. */
    SlotStream stream(Delivery delivery) throws SQLException {
        SlotStream stream = reading.stream(delivery.passed(), options);
        streamed = true;
        return stream;
    }

    /** Ends both copies, but for one that is streamed. */
    @Override
    public void close() {
        if (next != null && !next.isAnswered()) {
            other.abort();
        }
        other.close();
        if (!streamed) {
            reading.close();
        }
    }
}
