package io.replicator.capture.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class SlotBacklogLimitsTest {
    private static final long MB = 1 << 20;
    private static final long FAST = TimeUnit.MILLISECONDS.toNanos(1);
    private static final SlotBacklog.Limits USUAL = SlotBacklog.Limits.USUAL;

    @Test
    void piecesGrowWhileMuchWaits() {
        assertThat(USUAL.bytesBehind(4 * MB, FAST, 1000 * MB)).isEqualTo(12 * MB);
        assertThat(USUAL.bytesBehind(200 * MB, FAST, 1000 * MB)).isEqualTo(256 * MB);
    }

    @Test
    void aPieceTakesHalfOfThePatience() {
        long slow = USUAL.patience().toNanos();
        assertThat(USUAL.bytesBehind(100 * MB, slow, 1000 * MB)).isEqualTo(50 * MB);
        assertThat(USUAL.bytesBehind(4 * MB, slow, 1000 * MB)).isEqualTo(4 * MB);
    }

    @Test
    void aSmallRestIsTakenAlong() {
        assertThat(USUAL.bytesBehind(200 * MB, FAST, 300 * MB)).isEqualTo(300 * MB);
        assertThat(USUAL.bytesBehind(200 * MB, FAST, 330 * MB)).isEqualTo(256 * MB);
        assertThat(USUAL.bytesBehind(20 * MB, FAST, 10 * MB)).isEqualTo(60 * MB);
    }
}
