package io.replicator.capture.trigger;

import io.replicator.change.Tuple;
import java.nio.ByteBuffer;

/**
 * Turns fields of a binary COPY into tuples. A field is a length and the value; a tuple's column is a
 * kind byte, a length and the value: each field is moved into a new buffer with its kind byte before it.
 */
final class WindowRows {
    private static final int NULL_LENGTH = -1;

    private WindowRows() {}

    /** A tuple of the next fields, one for each of these kinds. */
    static Tuple tuple(ByteBuffer fields, byte[] kinds) {
        int columns = kinds.length;
        byte[] bytes = new byte[fields.remaining() + columns];
        ByteBuffer out = ByteBuffer.wrap(bytes);
        int[] offsets = new int[columns];
        for (int i = 0; i < columns; i++) {
            offsets[i] = out.position();
            copyField(fields, out, kinds[i]);
        }
        return new Tuple(bytes, offsets);
    }

    /** A tuple with these kinds of columns in which only the key's columns are set, from the next fields. */
    static Tuple keyTuple(ByteBuffer fields, int[] keyColumns, byte[] kinds) {
        int width = kinds.length;
        byte[] bytes = new byte[fields.remaining() + width + 1];
        ByteBuffer out = ByteBuffer.wrap(bytes);
        int[] offsets = new int[width];
        for (int column : keyColumns) {
            offsets[column] = out.position();
            copyField(fields, out, kinds[column]);
        }
        int absent = out.position();
        out.put(Tuple.NULL);
        for (int i = 0; i < width; i++) {
            boolean isKey = false;
            for (int column : keyColumns) {
                isKey |= column == i;
            }
            if (!isKey) {
                offsets[i] = absent;
            }
        }
        return new Tuple(bytes, offsets);
    }

    /** Skips a field; whether it was not null. */
    static boolean skipField(ByteBuffer fields) {
        int length = fields.getInt();
        if (length == NULL_LENGTH) {
            return false;
        }
        fields.position(fields.position() + length);
        return true;
    }

    private static void copyField(ByteBuffer fields, ByteBuffer out, byte kind) {
        int length = fields.getInt();
        if (length == NULL_LENGTH) {
            out.put(Tuple.NULL);
            return;
        }
        out.put(kind);
        out.putInt(length);
        out.put(fields.array(), fields.arrayOffset() + fields.position(), length);
        fields.position(fields.position() + length);
    }
}
