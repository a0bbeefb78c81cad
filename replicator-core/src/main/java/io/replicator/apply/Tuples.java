package io.replicator.apply;

import io.replicator.change.Tuple;
import java.nio.ByteBuffer;

/** Puts rows together from parts. */
final class Tuples {
    private Tuples() {}

    static boolean hasUnchangedToast(Tuple row) {
        for (int i = 0; i < row.columnCount(); i++) {
            if (row.isUnchangedToast(i)) {
                return true;
            }
        }
        return false;
    }

    /** The newer row, with columns it did not carry taken from an older version of the same row. */
    static Tuple merge(Tuple newer, Tuple older) {
        if (!hasUnchangedToast(newer)) {
            return newer;
        }
        int columns = newer.columnCount();
        int size = 0;
        for (int i = 0; i < columns; i++) {
            size += encodedLength(pick(newer, older, i), i);
        }
        ByteBuffer merged = ByteBuffer.allocate(size);
        int[] offsets = new int[columns];
        for (int i = 0; i < columns; i++) {
            Tuple from = pick(newer, older, i);
            offsets[i] = merged.position();
            byte kind = from.kind(i);
            merged.put(kind);
            if (from.hasValue(i)) {
                merged.putInt(from.valueLength(i));
                merged.put(from.buffer(), from.valueOffset(i), from.valueLength(i));
            }
        }
        return new Tuple(merged.array(), offsets);
    }

    private static Tuple pick(Tuple newer, Tuple older, int column) {
        return newer.isUnchangedToast(column) ? older : newer;
    }

    private static int encodedLength(Tuple row, int column) {
        return row.hasValue(column) ? 5 + row.valueLength(column) : 1;
    }
}
