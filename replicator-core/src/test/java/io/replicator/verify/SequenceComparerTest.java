package io.replicator.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.catalog.Sequence;
import io.replicator.postgres.QualifiedName;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SequenceComparerTest {
    @Test
    void equalSequencesDoNotDiffer() {
        assertThat(compare(sequence(7, true, 1), sequence(7, true, 1))).isEmpty();
        assertThat(compare(sequence(1, false, 1), sequence(1, false, 1))).isEmpty();
    }

    @Test
    void targetMayBeAhead() {
        assertThat(compare(sequence(7, true, 1), sequence(1_007, true, 1))).isEmpty();
        assertThat(compare(sequence(7, true, 1), sequence(8, false, 1))).isEmpty();
    }

    @Test
    void targetMustNotHandOutTheSourcesLastValueAgain() {
        assertThat(compare(sequence(7, true, 1), sequence(7, false, 1)))
                .containsExactly("sequence public.s is behind on the target: its next value is 8 on the source,"
                        + " 7 on the target");
    }

    @Test
    void descendingSequenceIsBehindWhenItsNextValueIsLarger() {
        assertThat(compare(sequence(-7, true, -1), sequence(-6, true, -1))).hasSize(1);
        assertThat(compare(sequence(-7, true, -1), sequence(-100, true, -1))).isEmpty();
    }

    @Test
    void incrementsCount() {
        assertThat(compare(sequence(10, true, 10), sequence(10, true, 1))).hasSize(1);
        assertThat(compare(sequence(10, true, 10), sequence(20, false, 10))).isEmpty();
    }

    @Test
    void usedUpSequenceIsAheadOfAnyOther() {
        assertThat(compare(sequence(Long.MAX_VALUE, true, 1), sequence(Long.MAX_VALUE, true, 1)))
                .isEmpty();
        assertThat(compare(sequence(Long.MAX_VALUE, true, 1), sequence(Long.MAX_VALUE, false, 1)))
                .hasSize(1);
        assertThat(compare(sequence(Long.MIN_VALUE, true, -1), sequence(Long.MIN_VALUE, false, -1)))
                .hasSize(1);
    }

    @Test
    void oppositeDirectionsDiffer() {
        assertThat(compare(sequence(7, true, 1), sequence(7, true, -1)))
                .containsExactly("sequence public.s runs the other way on the target: increment 1 on the source,"
                        + " -1 on the target");
    }

    @Test
    void missingSequenceDiffersAndSurplusOneDoesNot() {
        assertThat(SequenceComparer.compare(List.of(sequence(1, true, 1)), List.of()))
                .containsExactly("sequence public.s is missing on the target");
        assertThat(SequenceComparer.compare(List.of(), List.of(sequence(1, true, 1))))
                .isEmpty();
    }

    private static List<String> compare(Sequence source, Sequence target) {
        return SequenceComparer.compare(List.of(source), List.of(target));
    }

    private static Sequence sequence(long lastValue, boolean called, long increment) {
        return new Sequence(
                new QualifiedName("public", "s"),
                lastValue,
                called,
                increment,
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                1,
                1,
                false);
    }
}
