package io.replicator.apply;

import io.replicator.change.Tuple;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** The key of a row: the bytes of its key columns. Two keys are equal when all their bytes are. */
final class RowKey {
    private static final int INT8 = 20;
    private static final int INT2 = 21;
    private static final int INT4 = 23;
    private static final int TEXT = 25;
    private static final int BPCHAR = 1042;
    private static final int VARCHAR = 1043;
    private static final int UUID = 2950;

    private final Tuple tuple;
    private final int[] columns;
    private final int hash;
    private final long start;

    RowKey(Tuple tuple, int[] columns) {
        this.tuple = tuple;
        this.columns = columns;
        this.hash = hash(tuple, columns);
        this.start = start(tuple, columns);
    }

    Tuple tuple() {
        return tuple;
    }

    /**
     * The first eight bytes of the values, the first one being the highest. Unsigned, they are in the order of an index over
     * natural numbers or uuids in binary form, and more or less in that of others.
     */
    long start() {
        return start;
    }

    private static long start(Tuple tuple, int[] columns) {
        byte[] buffer = tuple.buffer();
        long start = 0;
        int left = Long.SIZE;
        for (int i = 0; i < columns.length && left > 0; i++) {
            if (tuple.hasValue(columns[i])) {
                int from = tuple.valueOffset(columns[i]);
                int to = from + Math.min(left / Byte.SIZE, tuple.valueLength(columns[i]));
                for (int at = from; at < to; at++) {
                    left -= Byte.SIZE;
                    start |= (buffer[at] & 0xFFL) << left;
                }
            }
        }
        return start;
    }

    private static int hash(Tuple tuple, int[] columns) {
        byte[] buffer = tuple.buffer();
        int hash = 1;
        for (int column : columns) {
            byte kind = tuple.kind(column);
            hash = 31 * hash + kind;
            if (tuple.hasValue(column)) {
                int from = tuple.valueOffset(column);
                int to = from + tuple.valueLength(column);
                for (int i = from; i < to; i++) {
                    hash = 31 * hash + buffer[i];
                }
            }
        }
        return hash ^ hash >>> 16;
    }

    @Override
    public boolean equals(Object other) {
        if (!(other instanceof RowKey key) || key.hash != hash) {
            return false;
        }
        for (int column : columns) {
            if (!tuple.sameValue(column, key.tuple, column)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** The key's values for messages. */
    String describe(TableMapping mapping) {
        StringBuilder text = new StringBuilder("(");
        for (int column : columns) {
            text.append(text.length() > 1 ? ", " : "")
                    .append(mapping.columnName(column))
                    .append('=');
            text.append(value(column, mapping.relation().columns().get(column).typeOid()));
        }
        return text.append(')').toString();
    }

    private String value(int column, int typeOid) {
        byte kind = tuple.kind(column);
        if (kind == Tuple.TEXT) {
            return tuple.text(column);
        }
        if (kind != Tuple.BINARY) {
            return "null";
        }
        ByteBuffer value = ByteBuffer.wrap(tuple.buffer(), tuple.valueOffset(column), tuple.valueLength(column));
        return switch (typeOid) {
            case INT2 -> Short.toString(value.getShort());
            case INT4 -> Integer.toString(value.getInt());
            case INT8 -> Long.toString(value.getLong());
            case UUID -> new java.util.UUID(value.getLong(), value.getLong()).toString();
            case TEXT, VARCHAR, BPCHAR -> tuple.text(column);
            default -> "\\x" + HexFormat.of().formatHex(tuple.buffer(), value.position(), value.limit());
        };
    }
}
