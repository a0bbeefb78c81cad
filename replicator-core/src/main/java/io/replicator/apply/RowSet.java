package io.replicator.apply;

import io.replicator.change.Tuple;
import java.util.Arrays;
import java.util.List;

/**
 * Rows that one statement applies, with the columns that it needs of them (indexes into the relation's) and the form each
 * column's values have: {@link Tuple#TEXT} or {@link Tuple#BINARY}. Immutable; the array it gives out is not to be written
 * to.
 */
final class RowSet {
    private final List<NetChange> rows;
    private final int[] columns;
    private final byte[] formats;

    private RowSet(List<NetChange> rows, int[] columns, byte[] formats) {
        this.rows = rows;
        this.columns = columns;
        this.formats = formats;
    }

    /** A source sends all values of a column in one form; a column of NULLs alone takes that of the others. */
    static RowSet of(TableMapping mapping, List<NetChange> rows, int[] columns) {
        byte[] formats = new byte[columns.length];
        byte usual = 0;
        for (int i = 0; i < columns.length; i++) {
            formats[i] = format(rows, columns[i]);
            if (formats[i] == Tuple.BINARY) {
                mapping.requireSameType(columns[i]);
            }
            usual = formats[i] == 0 ? usual : (byte) Math.max(usual, formats[i]);
        }
        for (int i = 0; i < columns.length; i++) {
            if (formats[i] == 0) {
                formats[i] = usual == 0 ? Tuple.TEXT : usual;
            }
        }
        return new RowSet(rows, columns, formats);
    }

    private static byte format(List<NetChange> rows, int column) {
        for (NetChange change : rows) {
            if (change.carrier().hasValue(column)) {
                return change.carrier().kind(column);
            }
        }
        return 0;
    }

    /** Some of the rows, in the same form. */
    RowSet part(int from, int to) {
        return new RowSet(rows.subList(from, to), columns, formats);
    }

    /** About how many bytes the values have. */
    long bytes() {
        long bytes = 0;
        for (NetChange change : rows) {
            Tuple row = change.carrier();
            for (int column : columns) {
                bytes += row.hasValue(column) ? row.valueLength(column) : 0;
            }
        }
        return bytes;
    }

    List<NetChange> rows() {
        return rows;
    }

    int[] columns() {
        return columns;
    }

    int size() {
        return rows.size();
    }

    boolean allBinary() {
        return !holds(Tuple.TEXT);
    }

    private boolean holds(byte wanted) {
        for (byte format : formats) {
            if (format == wanted) {
                return true;
            }
        }
        return false;
    }

    boolean isText(int column) {
        for (int i = 0; i < columns.length; i++) {
            if (columns[i] == column) {
                return formats[i] == Tuple.TEXT;
            }
        }
        throw new IllegalArgumentException("column " + column + " is not among " + Arrays.toString(columns));
    }
}
