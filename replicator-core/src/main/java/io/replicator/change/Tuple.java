package io.replicator.change;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One row version, a view of the message it arrived in (PostgreSQL documentation, section 55.9 "TupleData"). Immutable
 * as long as nobody writes to the buffer, which nobody does.
 *
 * <p>Every column is one kind byte; kinds {@code t} and {@code b} are followed by a 4-byte length and the value.
 */
public final class Tuple {
    public static final byte NULL = 'n';
    public static final byte UNCHANGED_TOAST = 'u';
    public static final byte TEXT = 't';
    public static final byte BINARY = 'b';

    private static final int VALUE_OFFSET = 5;
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] buffer;
    private final int[] columnOffsets;

    /**
     * @param buffer the message; not copied
     * @param columnOffsets where each column's kind byte stands; not copied
     */
    public Tuple(byte[] buffer, int[] columnOffsets) {
        this.buffer = buffer;
        this.columnOffsets = columnOffsets;
    }

    public int columnCount() {
        return columnOffsets.length;
    }

    public byte kind(int column) {
        return buffer[columnOffsets[column]];
    }

    public boolean isNull(int column) {
        return kind(column) == NULL;
    }

    public boolean isUnchangedToast(int column) {
        return kind(column) == UNCHANGED_TOAST;
    }

    /** Whether the column carries a value: it is of kind {@code t} or {@code b}. */
    public boolean hasValue(int column) {
        byte kind = kind(column);
        return kind == TEXT || kind == BINARY;
    }

    /** The buffer all values lie in. */
    public byte[] buffer() {
        return buffer;
    }

    /** Where the value starts in {@link #buffer}; only for kinds {@code t} and {@code b}. */
    public int valueOffset(int column) {
        return columnOffsets[column] + VALUE_OFFSET;
    }

    /** The value's length in bytes; only for kinds {@code t} and {@code b}. */
    public int valueLength(int column) {
        return (int) INT.get(buffer, columnOffsets[column] + 1);
    }

    /** The value of kind {@code t}, or of a column of type text, whose binary form is the same. */
    public String text(int column) {
        return new String(buffer, valueOffset(column), valueLength(column), StandardCharsets.UTF_8);
    }

    /** The value of a bigint column in either form. */
    public long number(int column) {
        return kind(column) == BINARY
                ? ByteBuffer.wrap(buffer).getLong(valueOffset(column))
                : Long.parseLong(text(column));
    }

    /** Whether this column holds the same kind and bytes as a column of another tuple. */
    public boolean sameValue(int column, Tuple other, int otherColumn) {
        byte kind = kind(column);
        if (kind != other.kind(otherColumn)) {
            return false;
        }
        if (kind == NULL || kind == UNCHANGED_TOAST) {
            return true;
        }
        int length = valueLength(column);
        int from = valueOffset(column);
        int otherFrom = other.valueOffset(otherColumn);
        return length == other.valueLength(otherColumn)
                && Arrays.equals(buffer, from, from + length, other.buffer, otherFrom, otherFrom + length);
    }
}
