package io.replicator.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PhaseTest {
    private static final List<Phase> WAY = List.of(
            Phase.CREATED,
            Phase.PREPARING,
            Phase.COPYING,
            Phase.CATCHING_UP,
            Phase.STREAMING,
            Phase.CUTTING_OVER,
            Phase.SWITCHED,
            Phase.FINISHED);

    @Test
    void leadsFromCreatedToFinishedStepByStep() {
        for (int i = 1; i < WAY.size(); i++) {
            Phase from = WAY.get(i - 1);
            assertThat(from.mayFollow(WAY.get(i), from))
                    .as("%s → %s", from, WAY.get(i))
                    .isTrue();
        }
    }

    @Test
    void skipsNoPhaseOfTheWay() {
        for (int i = 0; i < WAY.size(); i++) {
            for (int j = i + 2; j < WAY.size() - 1; j++) {
                assertThat(WAY.get(i).mayFollow(WAY.get(j), WAY.get(i)))
                        .as("%s → %s", WAY.get(i), WAY.get(j))
                        .isFalse();
            }
        }
    }

    @Test
    void goesBackOnlyByUndoingACutover() {
        for (int i = 0; i < WAY.size(); i++) {
            for (int j = 0; j < i; j++) {
                boolean undo = WAY.get(i) == Phase.CUTTING_OVER && WAY.get(j) == Phase.STREAMING;
                assertThat(WAY.get(i).mayFollow(WAY.get(j), WAY.get(i)))
                        .as("%s → %s", WAY.get(i), WAY.get(j))
                        .isEqualTo(undo);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Phase.class,
            names = {"PREPARING", "COPYING", "CATCHING_UP", "STREAMING"})
    void returnsFromAnInterruptionToWhatWasInterrupted(Phase interrupted) {
        Set<Phase> others = EnumSet.complementOf(EnumSet.of(interrupted, Phase.FINISHED, Phase.FAILED));
        for (Phase interruption : List.of(Phase.PAUSED, Phase.FAILED)) {
            assertThat(interrupted.mayFollow(interruption, interrupted)).isTrue();
            assertThat(interruption.mayFollow(interrupted, interrupted)).isTrue();
            assertThat(others).noneMatch(other -> interruption.mayFollow(other, interrupted));
        }
    }

    @Test
    void endsWithFinished() {
        assertThat(EnumSet.allOf(Phase.class)).noneMatch(next -> Phase.FINISHED.mayFollow(next, Phase.FINISHED));
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void isReadFromItsWord(Phase phase) {
        assertThat(Phase.ofWord(phase.word())).isEqualTo(phase);
    }
}
