package io.replicator.capture.wal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReadingRestTest {
    private static final long WAITED = 100_000;

    private final ReadingRest rest = new ReadingRest();
    private long now;

    @Test
    void restsAfterAReadThatWaited() {
        assertThat(atOnce()).isFalse();
        assertThat(waiting()).isTrue();
    }

    @Test
    void goesOnRestingWhileManyMessagesGather() {
        assertThat(waiting()).isTrue();
        for (int round = 0; round < 5; round++) {
            for (int message = 0; message < ReadingRest.WORTHWHILE_MESSAGES; message++) {
                assertThat(atOnce()).isFalse();
            }
            assertThat(waiting()).isTrue();
        }
    }

    @Test
    void doesNotHoldUpASlowStream() {
        int rests = 0;
        long start = now;
        while (now - start < 10 * ReadingRest.PAUSE_NANOS) {
            if (waiting()) {
                rests++;
                now += ReadingRest.NANOS;
            }
        }
        assertThat(rests).isBetween(2, 10);
    }

    private boolean atOnce() {
        long before = now;
        now += 1_000;
        return rest.isDue(before, now);
    }

    private boolean waiting() {
        long before = now;
        now += WAITED;
        return rest.isDue(before, now);
    }
}
