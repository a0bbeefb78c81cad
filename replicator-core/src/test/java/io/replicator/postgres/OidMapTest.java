package io.replicator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

class OidMapTest {
    private final OidMap<String> map = new OidMap<>();

    @Test
    void findsWhatWasPutLastAndNothingElse() {
        long seed = ThreadLocalRandom.current().nextLong();
        Random random = new Random(seed);
        Map<Integer, String> model = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            int oid = random.nextBoolean() ? 16_384 + random.nextInt(3_000) : random.nextInt();
            assertThat(map.get(oid)).as("seed %s, oid %s", seed, oid).isEqualTo(model.get(oid));
            String value = "value " + i;
            map.put(oid, value);
            model.put(oid, value);
        }
        model.forEach((oid, value) ->
                assertThat(map.get(oid)).as("seed %s, oid %s", seed, oid).isEqualTo(value));
    }

    @Test
    void knowsOidsBeyondTheRangeOfAnInt() {
        int oid = Integer.parseUnsignedInt("4294967295");
        assertThat(map.get(oid)).isNull();
        map.put(oid, "last");
        map.put(0, "none");
        assertThat(map.get(oid)).isEqualTo("last");
        assertThat(map.get(0)).isEqualTo("none");
    }

    @Test
    void holdsNothingOnceCleared() {
        for (int oid = 0; oid < 1_000; oid++) {
            map.put(oid, "value");
        }
        map.clear();
        for (int oid = 0; oid < 1_000; oid++) {
            assertThat(map.get(oid)).as("oid %s", oid).isNull();
        }
        map.put(7, "again");
        assertThat(map.get(7)).isEqualTo("again");
    }
}
