package io.replicator.race;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class WorkloadTest {
    @ParameterizedTest
    @EnumSource
    void isFoundByTheWordOfTheCommandLine(Workload workload) {
        assertThat(Workload.of(workload.word())).isEqualTo(workload);
    }

    @Test
    void refusesAnotherWord() {
        assertThatThrownBy(() -> Workload.of("bulk_update"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bulk_update");
    }
}
