package io.replicator.capture.wal;

import io.replicator.postgres.Database;
import io.replicator.postgres.Lsn;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.postgresql.replication.fluent.logical.ChainedLogicalStreamBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a walsender sends of one slot. It is ended by closing its session: a graceful end would first receive the rest of a
 * large transaction. Belongs to the thread that reads.
 */
final class SlotStream implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlotStream.class);

    private final Connection session;
    private final PGReplicationStream stream;
    private final Lsn begin;
    private @Nullable ByteBuffer next;

    private SlotStream(Connection session, PGReplicationStream stream, Lsn begin) {
        this.session = session;
        this.stream = stream;
        this.begin = begin;
    }

    static SlotStream open(Database source, String slot, Lsn from, PgOutputOptions options) throws SQLException {
        Connection session = source.openReplication("stream");
        try {
            return start(session, slot, from, options);
        } catch (SQLException e) {
            session.close();
            throw e;
        }
    }

    /** Streams in a session that is open; closing the stream closes it. */
    static SlotStream start(Connection session, String slot, Lsn from, PgOutputOptions options) throws SQLException {
        ChainedLogicalStreamBuilder builder = session.unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(slot)
                .withStartPosition(LogSequenceNumber.valueOf(from.value()))
                .withStatusInterval(0, TimeUnit.SECONDS)
                .withAutomaticFlush(false);
        options.values().forEach(builder::withSlotOption);
        return new SlotStream(session, builder.start(), from);
    }

    /** From where on it was asked for. */
    Lsn begin() {
        return begin;
    }

    /** The next message, if one has come. */
    @Nullable
    ByteBuffer read() throws SQLException {
        if (next == null) {
            return stream.readPending();
        }
        ByteBuffer message = next;
        next = null;
        return message;
    }

    /** What {@link #read} will give. */
    @Nullable
    ByteBuffer peek() throws SQLException {
        if (next == null) {
            next = stream.readPending();
        }
        return next;
    }

    /** Whether the server has decoded what lies before the beginning, as far as can be told between two transactions. */
    boolean hasBegun() {
        return begin.isBefore(received());
    }

    /** Up to where the server has sent everything. */
    Lsn received() {
        return new Lsn(stream.getLastReceiveLSN().asLong());
    }

    /** Tells the server that nothing before a position is needed any more. */
    void acknowledge(Lsn position) throws SQLException {
        LogSequenceNumber flushed = LogSequenceNumber.valueOf(position.value());
        stream.setFlushedLSN(flushed);
        stream.setAppliedLSN(flushed);
        stream.forceUpdateStatus();
    }

    @Override
    public void close() throws SQLException {
        session.close();
    }

    /** Closes what is no longer needed, whatever has become of it. */
    void closeQuietly() {
        try {
            close();
        } catch (SQLException e) {
            LOG.debug("closing a stream", e);
        }
    }
}
