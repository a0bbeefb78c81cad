package io.replicator.race;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class FiguresTest {
    @Test
    void takesTheMiddleOfAnOddNumberOfRuns() {
        assertThat(Figures.of(List.of(3.0, 1.0, 9.0))).isEqualTo(new Figures(3, 1.0, 3.0, 9.0));
    }

    @Test
    void takesTheMeanOfTheTwoMiddleOnes() {
        assertThat(Figures.of(List.of(4.0, 1.0, 9.0, 2.0))).isEqualTo(new Figures(4, 1.0, 3.0, 9.0));
    }

    @Test
    void holdsNothingWithoutRuns() {
        assertThat(Figures.of(List.of()).runs()).isZero();
    }
}
