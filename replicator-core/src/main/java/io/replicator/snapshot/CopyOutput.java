package io.replicator.snapshot;

import io.replicator.postgres.SqlStates;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.copy.CopyOut;
import org.postgresql.core.PGStream;
import org.postgresql.core.QueryExecutorBase;
import org.postgresql.jdbc.PgConnection;

/**
 * What {@code COPY … TO STDOUT} sends, in pieces that have nothing to do with rows, as the other side's COPY takes them.
 * The driver's own interface makes an array of each row, so that a field of 500 MB would need as much heap; here the bytes
 * of a row go from the driver's stream into the caller's buffer (PostgreSQL documentation, section 55.2.7). Not thread-safe.
 */
final class CopyOutput implements AutoCloseable {
    private static final MethodHandle STREAM = streamOfExecutor();
    private static final int COPY_DATA = 'd';
    private static final int LENGTH_BYTES = 4;
    private static final byte[] NOTHING = {};

    private final Connection session;
    private final CopyOut copy;
    private final PGStream stream;
    private int leftOfMessage;
    /** A row that the driver has read itself, because it came after a message that is none of a copy's. */
    private byte[] driven = NOTHING;

    private boolean ended;
    private long messages;

    private CopyOutput(Connection session, CopyOut copy, PGStream stream) {
        this.session = session;
        this.copy = copy;
        this.stream = stream;
    }

    static CopyOutput start(Connection session, String sql) throws SQLException {
        PgConnection connection = session.unwrap(PgConnection.class);
        return new CopyOutput(session, connection.getCopyAPI().copyOut(sql), stream((QueryExecutorBase)
                connection.getQueryExecutor()));
    }

    /**
     * Fills the buffer, less only at the end.
     *
     * @return bytes, 0 at the end
     */
    int read(byte[] buffer) throws SQLException {
        int filled = 0;
        try {
            while (filled < buffer.length) {
                if (leftOfMessage == 0 && !nextMessage()) {
                    break;
                }
                int bytes = Math.min(leftOfMessage, buffer.length - filled);
                if (driven.length == 0) {
                    stream.receive(buffer, filled, bytes);
                } else {
                    System.arraycopy(driven, driven.length - leftOfMessage, buffer, filled, bytes);
                }
                filled += bytes;
                leftOfMessage -= bytes;
            }
            return filled;
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Messages begun so far; each holds a row, but for the last of the binary format. */
    long messages() {
        return messages;
    }

    private boolean nextMessage() throws SQLException, IOException {
        driven = NOTHING;
        while (leftOfMessage == 0 && !ended) {
            if (stream.peekChar() == COPY_DATA) {
                stream.receiveChar();
                leftOfMessage = stream.receiveInteger4() - LENGTH_BYTES;
                messages++;
                continue;
            }
            byte[] row = copy.readFromCopy();
            if (row == null) {
                ended = true;
            } else {
                driven = row;
                leftOfMessage = row.length;
                messages++;
            }
        }
        return !ended;
    }

    /** Ends the statement where it was not read to its end. */
    @Override
    public void close() throws SQLException {
        if (!copy.isActive() || session.isClosed()) {
            return;
        }
        try {
            if (driven.length == 0) {
                stream.skip(leftOfMessage);
            }
            copy.cancelCopy();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** What is left of a message can not be found again: the session ends with the connection. */
    private SQLException lost(IOException cause) {
        SQLException failure = new SQLException(
                "an I/O error occurred while receiving rows: " + cause.getMessage(),
                SqlStates.CONNECTION_FAILURE,
                cause);
        try {
            session.close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    private static PGStream stream(QueryExecutorBase executor) {
        try {
            return (PGStream) STREAM.invokeExact(executor);
        } catch (Throwable e) {
            throw new IllegalStateException("the driver's stream cannot be read", e);
        }
    }

    private static MethodHandle streamOfExecutor() {
        try {
            return MethodHandles.privateLookupIn(QueryExecutorBase.class, MethodHandles.lookup())
                    .findGetter(QueryExecutorBase.class, "pgStream", PGStream.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
