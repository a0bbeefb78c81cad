package io.replicator.apply;

import io.replicator.change.Tuple;
import java.nio.ByteBuffer;

/** Keys of one bigint column. */
final class Keys {
    private static final int[] COLUMNS = {0};
    private static final int[] OFFSETS = {0};

    private Keys() {}

    static RowKey key(long value) {
        byte[] message = ByteBuffer.allocate(Byte.BYTES + Integer.BYTES + Long.BYTES)
                .put(Tuple.BINARY)
                .putInt(Long.BYTES)
                .putLong(value)
                .array();
        return new RowKey(new Tuple(message, OFFSETS), COLUMNS);
    }

    static long value(RowKey key) {
        return key.tuple().number(0);
    }
}
