package io.replicator.postgres;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyOut;

/**
 * Reads the rows of a binary COPY one by one (PostgreSQL documentation, COPY, "Binary Format"). The server sends each row
 * as one message, the header before the first one and the trailer on its own.
 */
public final class BinaryCopyReader {
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
    private static final int HEADER_LENGTH = SIGNATURE.length + 8;

    private final CopyOut copy;
    private boolean headerRead;

    public BinaryCopyReader(CopyOut copy) {
        this.copy = copy;
    }

    /** The next row, positioned behind its field count; null at the end. */
    public @Nullable ByteBuffer next() throws SQLException {
        while (true) {
            byte[] message = copy.readFromCopy();
            if (message == null) {
                return null;
            }
            ByteBuffer buffer = ByteBuffer.wrap(message);
            if (!headerRead) {
                skipHeader(buffer);
            }
            if (buffer.remaining() >= Short.BYTES && buffer.getShort() >= 0) {
                return buffer;
            }
        }
    }

    private void skipHeader(ByteBuffer buffer) {
        for (byte expected : SIGNATURE) {
            if (!buffer.hasRemaining() || buffer.get() != expected) {
                throw new ReplicatorException(ErrorCode.PROTOCOL_VIOLATION, "a binary COPY without its signature");
            }
        }
        buffer.position(HEADER_LENGTH + buffer.getInt(HEADER_LENGTH - 4));
        headerRead = true;
    }
}
