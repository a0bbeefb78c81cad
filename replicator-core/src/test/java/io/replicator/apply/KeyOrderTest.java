package io.replicator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.apply.NetChange.Operation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class KeyOrderTest {
    private final long seed = ThreadLocalRandom.current().nextLong();
    private final Random random = new Random(seed);

    @Test
    void neighboursFollowOneAnother() {
        List<NetChange> changes = changes(LongStream.range(1_000_000, 1_010_000));
        assertThat(values(KeyOrder.of(changes))).as("seed %s", seed).isSorted();
    }

    @Test
    void farKeysAreOrderedAndNoneIsLost() {
        List<NetChange> changes = changes(random.longs(20_000));
        List<NetChange> ordered = KeyOrder.of(changes);
        assertThat(new HashSet<>(ordered)).as("seed %s", seed).isEqualTo(new HashSet<>(changes));
        assertThat(ordered).hasSameSizeAs(changes);
        long width = Long.MIN_VALUE >>> 13;
        for (int i = 1; i < ordered.size(); i++) {
            long before = ordered.get(i - 1).key().start();
            long start = ordered.get(i).key().start();
            assertThat(Long.compareUnsigned(before, start) < 0 || Long.compareUnsigned(before - start, width) < 0)
                    .as("seed %s, %s behind %s", seed, start, before)
                    .isTrue();
        }
    }

    @Test
    void oneFarKeyLeavesTheOthersInOrder() {
        List<NetChange> changes = changes(LongStream.concat(LongStream.range(0, 10_000), LongStream.of(-1)));
        List<Long> values = values(KeyOrder.of(changes));
        assertThat(values.subList(0, 10_000)).as("seed %s", seed).isSorted();
        assertThat(values).last().isEqualTo(-1L);
    }

    @Test
    void keysThatDoNotDifferStayAsTheyAre() {
        List<NetChange> equal = changes(LongStream.of(7, 7, 7));
        assertThat(KeyOrder.of(equal)).isSameAs(equal);
        List<NetChange> one = changes(LongStream.of(5));
        assertThat(KeyOrder.of(one)).isSameAs(one);
        List<NetChange> none = List.of();
        assertThat(KeyOrder.of(none)).isSameAs(none);
    }

    @Test
    void ordersTheExtremes() {
        assertThat(values(KeyOrder.of(changes(LongStream.of(-1, 0, Long.MAX_VALUE, Long.MIN_VALUE)))))
                .containsExactly(0L, Long.MAX_VALUE, Long.MIN_VALUE, -1L);
    }

    private List<NetChange> changes(LongStream values) {
        List<NetChange> changes = new ArrayList<>();
        values.forEach(value -> changes.add(new NetChange(Keys.key(value), Operation.DELETE, null)));
        Collections.shuffle(changes, random);
        return changes;
    }

    private static List<Long> values(List<NetChange> changes) {
        return changes.stream().map(change -> Keys.value(change.key())).toList();
    }
}
