package io.replicator.capture.wal;

import io.replicator.postgres.BinaryCopyReader;
import io.replicator.postgres.CancelWhen;
import io.replicator.postgres.SqlStates;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * A piece of what waits in a slot, which the server decodes while its reader does something else: a thread of its own waits for
 * the answer.
 */
final class SlotPiece {
    private static final Delivery.Wait NOTHING = () -> {};

    private final SlotCopy copy;
    private final long bytes;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();

    /**
     * @param rows a message in each; null when the piece was cancelled
     * @param first the first of them; null for none
     * @param nanos how long the server took
     */
    private record Answer(
            @Nullable BinaryCopyReader rows, @Nullable ByteBuffer first, long nanos) {}

    /** How the wait for a piece ends. */
    private enum Wait {
        LASTING,
        ANSWERED,
        CANCELLED
    }

    private SlotPiece(SlotCopy copy, long bytes) {
        this.copy = copy;
        this.bytes = bytes;
    }

    /**
     * Has the server decode a piece. It is cancelled when that takes too long or nobody wants it any more.
     *
     * @param bytes how much of the log it spans
     */
    static SlotPiece start(SlotCopy copy, String sql, long bytes, Delivery delivery, Duration patience) {
        SlotPiece piece = new SlotPiece(copy, bytes);
        Thread.ofVirtual().name("replicator-piece").start(() -> piece.request(sql, delivery, patience));
        return piece;
    }

    private void request(String sql, Delivery delivery, Duration patience) {
        try {
            long since = System.nanoTime();
            CopyOut decoded = rows(sql, delivery, since, patience);
            BinaryCopyReader rows = decoded == null ? null : new BinaryCopyReader(decoded);
            ByteBuffer first = rows == null ? null : rows.next();
            answer.complete(new Answer(rows, first, System.nanoTime() - since));
        } catch (Throwable e) {
            answer.completeExceptionally(e);
        }
    }

    private @Nullable CopyOut rows(String sql, Delivery delivery, long since, Duration patience) throws SQLException {
        AtomicReference<Wait> wait = new AtomicReference<>(Wait.LASTING);
        CopyOut rows;
        try (CancelWhen _ = new CancelWhen(
                copy.session(),
                () -> (delivery.stopped() || System.nanoTime() - since > patience.toNanos())
                        && wait.compareAndExchange(Wait.LASTING, Wait.CANCELLED) != Wait.ANSWERED)) {
            rows = copy.session().unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
        } catch (SQLException e) {
            if (SqlStates.has(e, SqlStates.QUERY_CANCELED) && wait.get() == Wait.CANCELLED) {
                return null;
            }
            throw e;
        }
        return wait.compareAndSet(Wait.LASTING, Wait.ANSWERED) ? rows : null;
    }

    /** Whether nobody waits for the server any more. */
    boolean isAnswered() {
        return answer.isDone();
    }

    /** How much of the log it spans. */
    long bytes() {
        return bytes;
    }

    /** Whether no transaction ends in it. */
    boolean isEmpty() throws SQLException {
        return answer().first() == null;
    }

    /** Waits until the server has decoded the piece; returns whether it has, and was not cancelled. */
    boolean isDecoded() throws SQLException {
        return answer().rows() != null;
    }

    /** How long the server took to decode it. */
    long nanos() throws SQLException {
        return answer().nanos();
    }

    /** Delivers all messages, unless stopped. */
    void deliver(Delivery delivery) throws SQLException {
        BinaryCopyReader rows = answer().rows();
        if (rows == null) {
            throw new IllegalStateException("a piece that was cancelled has no messages");
        }
        for (ByteBuffer row = answer().first(); row != null && !delivery.stopped(); row = rows.next()) {
            row.position(row.position() + Integer.BYTES);
            delivery.message(row, NOTHING);
        }
    }

    private Answer answer() throws SQLException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException failure) {
                throw failure;
            }
            throw new IllegalStateException("waiting for a piece of " + copy.name(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted while waiting for a piece of " + copy.name(), e);
        }
    }
}
