package io.replicator.apply;

import io.replicator.change.RelationColumn;
import io.replicator.change.Tuple;
import io.replicator.postgres.QualifiedName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How a table's rows are spread over the lanes: by some of the key's columns, or, without any, all in one lane.
 *
 * <p>A key is only looked at where equal values have the same bytes on both servers, and is hashed so that the text and
 * the binary form of a value give the same lane: which lane has applied what must still be known after a restart.
 */
record KeySpread(List<String> columns) {
    static final KeySpread ONE_LANE = new KeySpread(List.of());

    private static final int INT8 = 20;
    private static final int INT2 = 21;
    private static final int INT4 = 23;
    private static final int TEXT = 25;
    private static final int VARCHAR = 1043;
    private static final int UUID = 2950;
    private static final Set<Integer> INTEGERS = Set.of(INT2, INT4, INT8);
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    KeySpread {
        columns = List.copyOf(columns);
    }

    static KeySpread of(TableMapping mapping) {
        if (!mapping.hasKey() || mapping.table().orderMatters()) {
            return ONE_LANE;
        }
        List<String> columns = new ArrayList<>();
        for (int column : mapping.key()) {
            RelationColumn source = mapping.relation().columns().get(column);
            TargetColumn target = mapping.table().column(source.name());
            if (target != null && comparable(source.typeOid(), target)) {
                columns.add(source.name());
            }
        }
        return new KeySpread(columns);
    }

    private static boolean comparable(int type, TargetColumn target) {
        return switch (type) {
            case INT2, INT4, INT8 -> INTEGERS.contains(target.typeOid());
            case UUID -> target.typeOid() == UUID;
            case TEXT, VARCHAR -> target.deterministic() && (target.typeOid() == TEXT || target.typeOid() == VARCHAR);
            default -> false;
        };
    }

    /** The indexes of the columns in a relation. */
    int[] indexes(TableMapping mapping) {
        int[] indexes = new int[columns.size()];
        for (int i = 0; i < indexes.length; i++) {
            indexes[i] = mapping.column(columns.get(i));
        }
        return indexes;
    }

    /** The lane of a table that is whole in one. */
    static int lane(QualifiedName table, int lanes) {
        return reduce(table.schema().hashCode() * 31L + table.name().hashCode(), lanes);
    }

    /** The lane of a row. */
    static int lane(TableMapping mapping, int[] indexes, Tuple row, int lanes) {
        long hash = 0;
        for (int index : indexes) {
            hash = (hash
                            ^ value(
                                    row,
                                    index,
                                    mapping.relation().columns().get(index).typeOid()))
                    * MULTIPLIER;
            hash ^= hash >>> 32;
        }
        return reduce(hash, lanes);
    }

    private static int reduce(long hash, int lanes) {
        long mixed = hash * MULTIPLIER;
        return (int) Long.remainderUnsigned(mixed ^ mixed >>> 29, lanes);
    }

    private static long value(Tuple row, int column, int type) {
        byte kind = row.kind(column);
        if (kind != Tuple.TEXT && kind != Tuple.BINARY) {
            return 0;
        }
        byte[] buffer = row.buffer();
        int from = row.valueOffset(column);
        int length = row.valueLength(column);
        boolean binary = kind == Tuple.BINARY;
        return switch (type) {
            case INT2, INT4, INT8 -> binary ? integer(buffer, from, length) : parsed(buffer, from, length);
            case UUID -> binary ? bytes(buffer, from, length) : uuid(buffer, from, length);
            default -> bytes(buffer, from, length);
        };
    }

    private static long integer(byte[] buffer, int from, int length) {
        ByteBuffer value = ByteBuffer.wrap(buffer, from, length);
        return switch (length) {
            case Short.BYTES -> value.getShort();
            case Integer.BYTES -> value.getInt();
            default -> value.getLong();
        };
    }

    private static long parsed(byte[] buffer, int from, int length) {
        boolean negative = buffer[from] == '-';
        long value = 0;
        for (int i = negative ? from + 1 : from; i < from + length; i++) {
            value = value * 10 - (buffer[i] - '0');
        }
        return negative ? value : -value;
    }

    private static long uuid(byte[] buffer, int from, int length) {
        long hash = 0;
        int nibbles = 0;
        int octet = 0;
        for (int i = from; i < from + length; i++) {
            int digit = Character.digit(buffer[i], 16);
            if (digit >= 0) {
                octet = octet << 4 | digit;
                nibbles++;
                if (nibbles % 2 == 0) {
                    hash = hash * 31 + (byte) octet;
                    octet = 0;
                }
            }
        }
        return hash;
    }

    private static long bytes(byte[] buffer, int from, int length) {
        long hash = 0;
        for (int i = from; i < from + length; i++) {
            hash = hash * 31 + buffer[i];
        }
        return hash;
    }
}
