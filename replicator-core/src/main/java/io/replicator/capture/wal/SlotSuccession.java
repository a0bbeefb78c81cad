package io.replicator.capture.wal;

import io.replicator.postgres.Database;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.SqlStates;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a slot up beside the stream from its copy: the server decodes once more what was read by SQL, and what it sends
 * behind that is dropped as long as the copy has delivered it before. Begins when the target holds what was read, so that
 * nothing takes the processor from the lanes that apply it; or after a while, because only the slot's stream releases WAL.
 * Begins anew later when that fails. Belongs to the thread that reads.
 */
final class SlotSuccession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlotSuccession.class);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int DROPPED_AT_ONCE = 1_000;

    private final Database source;
    private final String slot;
    private final PgOutputOptions options;
    private final Lsn read;
    private long since = System.nanoTime();
    private boolean failed;
    private @Nullable CompletableFuture<SlotStream> opening;
    private @Nullable SlotStream successor;
    private PgOutputDecoder decoder = new PgOutputDecoder();

    /** @param read up to where everything was read by SQL */
    SlotSuccession(Database source, String slot, PgOutputOptions options, Lsn read) {
        this.source = source;
        this.slot = slot;
        this.options = options;
        this.read = read;
    }

    /**
     * Goes on bringing the slot up; to be called at times.
     *
     * @param passed up to where the copy has delivered
     * @return whether the slot's stream stands where the copy's does, if that is outside of a transaction
     */
    boolean advance(Lsn passed, Acknowledgement acknowledgement) {
        try {
            if (opening == null) {
                if (isTime(acknowledgement.position())) {
                    open(passed);
                }
                return false;
            }
            if (successor == null && opening.isDone()) {
                successor = opening.get();
                acknowledgement.send(successor);
            }
            return successor != null && drop(successor, passed);
        } catch (SQLException e) {
            failed(SqlStates.describe(e));
        } catch (ExecutionException e) {
            failed(String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private boolean isTime(Lsn acknowledged) {
        long waited = System.nanoTime() - since;
        return failed ? waited > AGAIN_NANOS : waited > LONGEST_NANOS || !acknowledged.isBefore(read);
    }

    /** In a thread of its own: the copy's stream goes on while the source is connected. */
    private void open(Lsn from) {
        CompletableFuture<SlotStream> opened = new CompletableFuture<>();
        Thread.ofVirtual().name("replicator-slot").start(() -> {
            try {
                SlotStream stream = SlotStream.open(source, slot, from, options);
                if (!opened.complete(stream)) {
                    stream.close();
                }
            } catch (Throwable e) {
                opened.completeExceptionally(e);
            }
        });
        opening = opened;
    }

    /** Drops what was delivered; returns whether nothing of it is left, and the next message is not of it. */
    private boolean drop(SlotStream stream, Lsn passed) throws SQLException {
        for (int dropped = 0; dropped < DROPPED_AT_ONCE; dropped++) {
            ByteBuffer message = stream.peek();
            if (message == null) {
                return !decoder.insideTransaction()
                        && stream.hasBegun()
                        && !stream.received().isBefore(passed);
            }
            if (!decoder.insideTransaction() && !PgOutputDecoder.commitsBefore(message, passed)) {
                return true;
            }
            stream.read();
            decoder.decode(message);
        }
        return false;
    }

    private void failed(String why) {
        LOG.info("slot {} cannot be streamed beside its copy and is tried again: {}", slot, why);
        close();
        successor = null;
        opening = null;
        decoder = new PgOutputDecoder();
        failed = true;
        since = System.nanoTime();
    }

    /** Tells the slot's stream, too, what the target holds. */
    void acknowledge(Acknowledgement acknowledgement) {
        if (successor != null) {
            try {
                acknowledgement.send(successor);
            } catch (SQLException e) {
                failed(SqlStates.describe(e));
            }
        }
    }

    /** Gives the slot's stream to a caller who closes it, and has the delivery go on with it. */
    SlotStream take(Delivery delivery) {
        SlotStream taken = successor;
        if (taken == null) {
            throw new IllegalStateException("slot " + slot + " is not streamed");
        }
        delivery.decodeBy(decoder);
        successor = null;
        opening = null;
        return taken;
    }

    @Override
    public void close() {
        CompletableFuture<SlotStream> unfinished = opening;
        if (successor != null) {
            successor.closeQuietly();
        } else if (unfinished != null && !unfinished.cancel(false) && !unfinished.isCompletedExceptionally()) {
            unfinished.join().closeQuietly();
        }
    }
}
