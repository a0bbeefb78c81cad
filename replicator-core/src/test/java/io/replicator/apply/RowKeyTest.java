package io.replicator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.change.Tuple;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RowKeyTest {
    @Test
    void startsInTheOrderOfAnIndexOverNumbers() {
        assertOrdered(Stream.of(0, 1, 2, 255, 256, 70_000, Integer.MAX_VALUE)
                .map(number -> key(binary(number)))
                .toList());
    }

    @Test
    void startsInTheOrderOfAnIndexOverUuids() {
        assertOrdered(Stream.of("00000000", "0000ffff", "7fffffff", "80000000", "ffffffff")
                .map(start -> UUID.fromString(start + "-0000-4000-8000-000000000000"))
                .map(uuid -> key(binary(uuid)))
                .toList());
    }

    @Test
    void startsWithTheFirstColumn() {
        assertOrdered(List.of(
                key(binary(1), text("b")),
                key(binary(2), text("a")),
                key(binary(2), text("ab")),
                key(binary(2), text("b"))));
    }

    private static void assertOrdered(List<RowKey> keys) {
        long seed = ThreadLocalRandom.current().nextLong();
        List<RowKey> shuffled = new ArrayList<>(keys);
        Collections.shuffle(shuffled, new Random(seed));
        shuffled.sort((one, other) -> Long.compareUnsigned(one.start(), other.start()));
        assertThat(shuffled).as("seed %s", seed).containsExactlyElementsOf(keys);
    }

    private static RowKey key(byte[]... values) {
        int length = 0;
        for (byte[] value : values) {
            length += value.length;
        }
        ByteBuffer message = ByteBuffer.allocate(length);
        int[] offsets = new int[values.length];
        int[] columns = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            offsets[i] = message.position();
            columns[i] = i;
            message.put(values[i]);
        }
        return new RowKey(new Tuple(message.array(), offsets), columns);
    }

    private static byte[] binary(int value) {
        return ByteBuffer.allocate(9).put(Tuple.BINARY).putInt(4).putInt(value).array();
    }

    private static byte[] binary(UUID value) {
        return ByteBuffer.allocate(21)
                .put(Tuple.BINARY)
                .putInt(16)
                .putLong(value.getMostSignificantBits())
                .putLong(value.getLeastSignificantBits())
                .array();
    }

    private static byte[] text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(5 + bytes.length)
                .put(Tuple.TEXT)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }
}
