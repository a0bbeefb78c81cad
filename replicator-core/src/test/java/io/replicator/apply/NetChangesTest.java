package io.replicator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.apply.NetChange.Operation;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class NetChangesTest {
    private final NetChanges changes = new NetChanges();

    @Test
    void findsWhatWasAddedAndNothingElse() {
        long seed = ThreadLocalRandom.current().nextLong();
        Random random = new Random(seed);
        Map<Long, NetChange> model = new LinkedHashMap<>();
        for (int i = 0; i < 50_000; i++) {
            long value = random.nextBoolean() ? random.nextInt(20_000) : random.nextLong();
            NetChange known = changes.get(Keys.key(value));
            assertThat(known).as("seed %s, key %s", seed, value).isSameAs(model.get(value));
            if (known == null) {
                model.put(value, added(value));
            }
        }
        assertThat(changes.ordered()).as("seed %s", seed).containsExactlyElementsOf(model.values());
    }

    @Test
    void tellsKeysOfTheSameHashApart() {
        long one = 31;
        long other = 1L << 8;
        assertThat(Keys.key(one)).hasSameHashCodeAs(Keys.key(other)).isNotEqualTo(Keys.key(other));
        NetChange change = added(one);
        assertThat(changes.get(Keys.key(other))).isNull();
        NetChange second = added(other);
        assertThat(changes.get(Keys.key(one))).isSameAs(change);
        assertThat(changes.get(Keys.key(other))).isSameAs(second);
    }

    @Test
    void holdsNothingOnceCleared() {
        added(1);
        changes.clear();
        assertThat(changes.get(Keys.key(1))).isNull();
        assertThat(changes.ordered()).isEmpty();
        NetChange again = added(1);
        assertThat(changes.ordered()).containsExactly(again);
    }

    private NetChange added(long value) {
        NetChange change = new NetChange(Keys.key(value), Operation.DELETE, null);
        changes.add(change);
        return change;
    }
}
