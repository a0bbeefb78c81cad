package io.replicator.apply;

import io.replicator.change.Tuple;

/** The key of a row: the bytes of its key columns. Two keys are equal when all their bytes are. */
final class RowKey {
    private final Tuple tuple;
    private final int[] columns;
    private final int hash;

    RowKey(Tuple tuple, int[] columns) {
        this.tuple = tuple;
        this.columns = columns;
        this.hash = hash(tuple, columns);
    }

    Tuple tuple() {
        return tuple;
    }

    private static int hash(Tuple tuple, int[] columns) {
        byte[] buffer = tuple.buffer();
        int hash = 1;
        for (int column : columns) {
            byte kind = tuple.kind(column);
            hash = 31 * hash + kind;
            if (kind == Tuple.TEXT || kind == Tuple.BINARY) {
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
            byte kind = tuple.kind(column);
            text.append(kind == Tuple.TEXT ? tuple.text(column) : kind == Tuple.NULL ? "null" : "<binary>");
        }
        return text.append(')').toString();
    }
}
