package io.replicator.apply;

import io.replicator.change.Tuple;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;

/**
 * Writes rows in COPY's binary format (PostgreSQL documentation, COPY, "Binary Format"). A value as it arrived, with its
 * length before it, is byte for byte a field of that format, so values are moved and never looked at. Not thread-safe.
 */
final class BinaryRows {
    private static final byte[] SIGNATURE = "PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int CHUNK = 64 << 10;
    private static final int LENGTH_BYTES = 4;
    private static final int NULL_LENGTH = -1;

    private final Sink sink;
    private final byte[] memory;
    private final ByteBuffer chunk;

    /** Takes what was written, piece by piece; the bytes are only valid during the call. */
    @FunctionalInterface
    interface Sink {
        void write(byte[] bytes, int from, int length) throws SQLException;
    }

    /** @param chunk from {@link #chunk}; used until {@link #end} */
    BinaryRows(Sink sink, byte[] chunk) {
        this.sink = sink;
        this.memory = chunk;
        this.chunk = ByteBuffer.wrap(chunk);
        this.chunk.put(SIGNATURE).putInt(0).putInt(0);
    }

    /** Memory for one COPY at a time. */
    static byte[] chunk() {
        return new byte[CHUNK];
    }

    void begin(int fields) throws SQLException {
        room(Short.BYTES);
        chunk.putShort((short) fields);
    }

    void absent() throws SQLException {
        room(LENGTH_BYTES);
        chunk.putInt(NULL_LENGTH);
    }

    void number(long value) throws SQLException {
        room(LENGTH_BYTES + Long.BYTES);
        chunk.putInt(Long.BYTES).putLong(value);
    }

    void bytes(byte[] value) throws SQLException {
        room(LENGTH_BYTES);
        chunk.putInt(value.length);
        move(value, 0, value.length);
    }

    void field(Tuple row, int column) throws SQLException {
        if (!row.hasValue(column)) {
            absent();
            return;
        }
        move(row.buffer(), row.valueOffset(column) - LENGTH_BYTES, LENGTH_BYTES + row.valueLength(column));
    }

    void rows(List<NetChange> changes, int[] columns) throws SQLException {
        for (NetChange change : changes) {
            Tuple row = change.carrier();
            begin(columns.length);
            for (int column : columns) {
                field(row, column);
            }
        }
    }

    void end() throws SQLException {
        room(Short.BYTES);
        chunk.putShort((short) -1);
        flush();
    }

    private void move(byte[] bytes, int from, int length) throws SQLException {
        if (length > chunk.remaining()) {
            flush();
        }
        if (length <= chunk.remaining()) {
            chunk.put(bytes, from, length);
        } else {
            sink.write(bytes, from, length);
        }
    }

    private void room(int length) throws SQLException {
        if (chunk.remaining() < length) {
            flush();
        }
    }

    private void flush() throws SQLException {
        sink.write(memory, 0, chunk.position());
        chunk.clear();
    }
}
