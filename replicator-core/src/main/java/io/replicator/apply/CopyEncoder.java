package io.replicator.apply;

import io.replicator.change.Tuple;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Sends rows as COPY in binary format (PostgreSQL documentation, COPY, "Binary Format"). A value as it arrived, with its
 * length before it, is byte for byte a field of that format, so values are moved and never looked at. Owned by one lane.
 */
final class CopyEncoder {
    private static final byte[] SIGNATURE = "PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int CHUNK = 64 << 10;
    private static final int LENGTH_BYTES = 4;
    private static final int NULL_LENGTH = -1;

    private final Connection connection;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK);

    CopyEncoder(Connection connection) {
        this.connection = connection;
    }

    /** The rows of a COPY under way. */
    final class Rows {
        private final CopyIn copy;

        private Rows(CopyIn copy) {
            this.copy = copy;
        }

        void begin(int fields) throws SQLException {
            room(copy, 2);
            chunk.putShort((short) fields);
        }

        void absent() throws SQLException {
            room(copy, LENGTH_BYTES);
            chunk.putInt(NULL_LENGTH);
        }

        void number(long value) throws SQLException {
            room(copy, LENGTH_BYTES + Long.BYTES);
            chunk.putInt(Long.BYTES).putLong(value);
        }

        void bytes(byte[] value) throws SQLException {
            room(copy, LENGTH_BYTES);
            chunk.putInt(value.length);
            move(copy, value, 0, value.length);
        }

        void field(Tuple row, int column) throws SQLException {
            byte kind = row.kind(column);
            if (kind != Tuple.TEXT && kind != Tuple.BINARY) {
                absent();
                return;
            }
            move(copy, row.buffer(), row.valueOffset(column) - LENGTH_BYTES, LENGTH_BYTES + row.valueLength(column));
        }
    }

    /** Writes the rows of one COPY. */
    @FunctionalInterface
    interface Writer {
        void write(Rows rows) throws SQLException;
    }

    /** @return the number of rows the server took */
    long copy(String sql, Writer writer) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
        try {
            chunk.clear();
            chunk.put(SIGNATURE).putInt(0).putInt(0);
            writer.write(new Rows(copy));
            room(copy, 2);
            chunk.putShort((short) -1);
            flush(copy);
            return copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    long copy(String sql, RowSet set) throws SQLException {
        return copy(sql, rows -> {
            int[] columns = set.columns();
            for (NetChange change : set.rows()) {
                Tuple row = change.carrier();
                rows.begin(columns.length);
                for (int column : columns) {
                    rows.field(row, column);
                }
            }
        });
    }

    private void move(CopyIn copy, byte[] bytes, int from, int length) throws SQLException {
        if (length <= chunk.remaining()) {
            chunk.put(bytes, from, length);
            return;
        }
        flush(copy);
        if (length <= chunk.remaining()) {
            chunk.put(bytes, from, length);
        } else {
            copy.writeToCopy(bytes, from, length);
        }
    }

    private void room(CopyIn copy, int length) throws SQLException {
        if (chunk.remaining() < length) {
            flush(copy);
        }
    }

    private void flush(CopyIn copy) throws SQLException {
        copy.writeToCopy(chunk.array(), 0, chunk.position());
        chunk.clear();
    }
}
