package io.replicator.capture.wal;

import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.SqlStates;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a slot up beside the stream from its copy: the server decodes once more what was read by SQL, and what it sends
 * behind that stays unread until the slot's stream takes over. Begins when the target holds what was read, so that nothing
 * takes the processor from the lanes that apply it; or after a while, because only the slot's stream releases WAL. Belongs to the
 * thread that reads.
 */
final class SlotSuccession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlotSuccession.class);
    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Database source;
    private final String slot;
    private final PgOutputOptions options;
    private final Lsn read;
    private final long since = System.nanoTime();
    private @Nullable SlotStream successor;
    private boolean failed;

    /** @param read up to where everything was read by SQL */
    SlotSuccession(Database source, String slot, PgOutputOptions options, Lsn read) {
        this.source = source;
        this.slot = slot;
        this.options = options;
        this.read = read;
    }

    /** Whether the stream from the copy has to end; to be asked at times. */
    boolean isDue(Delivery delivery, Lsn acknowledged) throws SQLException {
        if (successor == null && !failed && isTime(acknowledged)) {
            begin(delivery.passed());
        }
        return failed || (successor != null && !delivery.insideTransaction() && successor.hasBegun());
    }

    private boolean isTime(Lsn acknowledged) {
        return !acknowledged.isBefore(read) || System.nanoTime() - since > LONGEST_NANOS;
    }

    private void begin(Lsn from) {
        try {
            successor = SlotStream.open(source, slot, from, options);
        } catch (SQLException e) {
            failed(SqlStates.describe(e));
        } catch (ReplicatorException e) {
            failed(e.getMessage());
        }
    }

    private void failed(@Nullable String why) {
        failed = true;
        LOG.info("slot {} cannot be brought up beside the stream from its copy, which ends: {}", slot, why);
    }

    /** The slot's stream, which has begun or is still to begin. */
    @Nullable
    SlotStream successor() {
        return successor;
    }

    /** Gives the slot's stream to a caller who closes it; null when it could not be begun. */
    @Nullable
    SlotStream take() {
        SlotStream taken = successor;
        successor = null;
        return taken;
    }

    @Override
    public void close() throws SQLException {
        if (successor != null) {
            successor.close();
        }
    }
}
