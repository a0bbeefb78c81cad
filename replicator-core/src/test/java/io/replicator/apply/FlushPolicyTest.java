package io.replicator.apply;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FlushPolicyTest {
    private static final long START = Long.MAX_VALUE - nanos(100);
    private static final long MEMORY = 20 << 20;
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final FlushPolicy policy = new FlushPolicy(MEMORY, Duration.ofMillis(20), START);

    private static long nanos(long millis) {
        return Duration.ofMillis(millis).toNanos();
    }

    @Test
    void gathersUntilABatchIsFullOrHalfOfTheMemoryIsHeld() {
        assertThat(policy.isMuch(false, MEMORY / 2 - 1)).isFalse();
        assertThat(policy.isMuch(false, MEMORY / 2)).isTrue();
        assertThat(policy.isMuch(true, 1)).isTrue();
    }

    @Test
    void gathersAtMostThirtyTwoMebibytesHoweverMuchMemoryThereIs() {
        FlushPolicy rich = new FlushPolicy(1L << 40, Duration.ZERO, START);
        assertThat(rich.isMuch(false, (32 << 20) - 1)).isFalse();
        assertThat(rich.isMuch(false, 32 << 20)).isTrue();
    }

    @Test
    void lingersAfterAFlushUntilTheTimeIsOver() {
        long linger = policy.linger(NOON, NOON);
        policy.flushed(false, START + nanos(1_000));
        assertThat(policy.left(linger, START + nanos(1_005))).isEqualTo(nanos(15));
        assertThat(policy.left(linger, START + nanos(1_020))).isZero();
        assertThat(policy.left(linger, START + nanos(5_000))).isNegative();
    }

    @Test
    void lingersLongerWhileTheTargetIsBehind() {
        assertThat(policy.linger(NOON.minusMillis(2_000), NOON)).isEqualTo(nanos(20));
        assertThat(policy.linger(NOON.minusMillis(2_001), NOON)).isEqualTo(nanos(100));
        assertThat(policy.linger(Instant.MAX, NOON)).isEqualTo(nanos(20));
    }

    @Test
    void hasEveryLaneCommitTwiceASecond() {
        assertThat(policy.completeDue(START + nanos(500))).isFalse();
        assertThat(policy.completeDue(START + nanos(501))).isTrue();
    }

    @Test
    void aFlushOfSomeLanesDoesNotPutOffThatOfAll() {
        policy.flushed(false, START + nanos(400));
        assertThat(policy.completeDue(START + nanos(501))).isTrue();
        policy.flushed(true, START + nanos(501));
        assertThat(policy.completeDue(START + nanos(1_001))).isFalse();
        assertThat(policy.completeDue(START + nanos(1_002))).isTrue();
    }

    @Test
    void flushesWithoutChangesAreAFifthOfASecondApart() {
        policy.flushed(false, START);
        assertThat(policy.idleEarly(START + nanos(199))).isTrue();
        assertThat(policy.idleEarly(START + nanos(200))).isFalse();
    }
}
