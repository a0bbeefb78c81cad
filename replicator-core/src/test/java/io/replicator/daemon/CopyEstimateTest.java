package io.replicator.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.replicator.postgres.QualifiedName;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CopyEstimateTest {
    private static final Offset<Double> ABOUT = within(0.001);
    private static final Map<QualifiedName, CopyEstimate.Part> NOTHING_MOVES = Map.of();

    private long nanos;
    private final CopyEstimate estimate = new CopyEstimate(() -> nanos);

    @Test
    void isUnknownBeforeTheFirstPercent() {
        assertThat(estimate.seconds(0, 100_000, NOTHING_MOVES, 0)).isNull();
        second();
        assertThat(estimate.seconds(999, 100_000, NOTHING_MOVES, 0)).isNull();
        second();
        assertThat(estimate.seconds(1_998, 100_000, NOTHING_MOVES, 0)).isCloseTo(98_002 / 999.0, ABOUT);
    }

    @Test
    void isUnknownWhileNothingMoves() {
        estimate.seconds(5_000, 10_000, NOTHING_MOVES, 0);
        second();
        assertThat(estimate.seconds(5_000, 10_000, NOTHING_MOVES, 0)).isNull();
    }

    /** Ten tables at a time give 1,000 bytes per second, but the largest gets only 100 of them. */
    @Test
    void isNotBeforeTheEndOfTheSlowestTable() {
        estimate.seconds(1_000, 10_000, moving(0), 0);
        second();
        assertThat(estimate.seconds(2_000, 10_000, moving(100), 0)).isCloseTo(4_900 / 100.0, ABOUT);
    }

    @Test
    void forgetsTheSpeedOfTablesThatAreDone() {
        estimate.seconds(1_000, 10_000, moving(0), 0);
        second();
        estimate.seconds(2_000, 10_000, moving(100), 0);
        second();
        assertThat(estimate.seconds(3_000, 10_000, NOTHING_MOVES, 0)).isCloseTo(7.0, ABOUT);
        second();
        assertThat(estimate.seconds(4_000, 10_000, moving(200), 0)).isCloseTo(6.0, ABOUT);
    }

    @Test
    void countsTheIndexesThatAreStillToBeBuilt() {
        estimate.seconds(0, 10_000, NOTHING_MOVES, 3_000);
        second();
        assertThat(estimate.seconds(1_000, 10_000, NOTHING_MOVES, 3_000)).isCloseTo(9.0 + 6.0, ABOUT);
    }

    private static Map<QualifiedName, CopyEstimate.Part> moving(long done) {
        return Map.of(new QualifiedName("public", "large"), new CopyEstimate.Part(done, 5_000));
    }

    private void second() {
        nanos += TimeUnit.SECONDS.toNanos(1);
    }
}
