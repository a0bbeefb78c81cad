package io.replicator.microbenchmark;

import io.replicator.capture.wal.PgOutputDecoder;
import io.replicator.change.Change;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** pgoutput messages as the server sends them (PostgreSQL documentation, section 55.9). */
public final class Messages {
    private static final int RELATION = 16_385;
    private static final int INT8 = 20;
    private static final int VALUE_BYTES = 8;
    private static final long LSN = 0x1_0000_0000L;

    private Messages() {}

    static byte[] begin() {
        return ByteBuffer.allocate(21)
                .put((byte) 'B')
                .putLong(LSN)
                .putLong(0)
                .putInt(700)
                .array();
    }

    static byte[] commit() {
        return ByteBuffer.allocate(26)
                .put((byte) 'C')
                .put((byte) 0)
                .putLong(LSN)
                .putLong(LSN + 48)
                .putLong(0)
                .array();
    }

    /** A table of bigint columns, the first of them its key. */
    static byte[] relation(int columns) {
        ByteBuffer message = ByteBuffer.allocate(64 + columns * 20);
        message.put((byte) 'R').putInt(RELATION);
        name(message, "public");
        name(message, "accounts");
        message.put((byte) 'd').putShort((short) columns);
        for (int column = 0; column < columns; column++) {
            message.put((byte) (column == 0 ? 1 : 0));
            name(message, "column_" + column);
            message.putInt(INT8).putInt(-1);
        }
        return taken(message);
    }

    /** An update that leaves the key as it is. */
    static byte[] update(int columns, long key) {
        ByteBuffer message = ByteBuffer.allocate(8 + columns * (5 + VALUE_BYTES));
        message.put((byte) 'U').putInt(RELATION).put((byte) 'N').putShort((short) columns);
        for (int column = 0; column < columns; column++) {
            message.put((byte) 'b').putInt(VALUE_BYTES).putLong(key + column);
        }
        return taken(message);
    }

    /** One transaction in which every key is updated once. */
    static List<byte[]> transaction(int columns, int updates) {
        return updates(columns, updates, updates);
    }

    /** One transaction in which each of some keys is updated {@code updates / keys} times. */
    public static List<byte[]> updates(int columns, int updates, int keys) {
        List<byte[]> messages = new ArrayList<>();
        messages.add(begin());
        messages.add(relation(columns));
        for (int i = 0; i < updates; i++) {
            messages.add(update(columns, i % keys));
        }
        messages.add(commit());
        return messages;
    }

    /** The changes they are, those that are none left out. */
    public static List<Change> decoded(List<byte[]> messages) {
        PgOutputDecoder decoder = new PgOutputDecoder();
        List<Change> changes = new ArrayList<>();
        for (byte[] message : messages) {
            Change change = decoder.decode(ByteBuffer.wrap(message));
            if (change != null) {
                changes.add(change);
            }
        }
        return changes;
    }

    private static void name(ByteBuffer message, String name) {
        message.put(name.getBytes(StandardCharsets.UTF_8)).put((byte) 0);
    }

    private static byte[] taken(ByteBuffer message) {
        byte[] bytes = new byte[message.position()];
        message.flip().get(bytes);
        return bytes;
    }
}
