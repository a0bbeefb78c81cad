package io.replicator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.status.StatusReport;
import org.junit.jupiter.api.Test;

final class HealthTest {
    @Test
    void isHealthyWhileFiguresAreFresh() {
        assertThat(exitCode(Reports.streaming())).isZero();
        assertThat(exitCode(Reports.copying())).isZero();
    }

    @Test
    void needsNoDaemonAfterTheSwitch() {
        assertThat(exitCode(Reports.switched())).isZero();
    }

    @Test
    void warns() {
        assertThat(exitCode(Reports.warned())).isEqualTo(1);
        assertThat(exitCode(Reports.paused())).isEqualTo(1);
    }

    @Test
    void isCriticalWhenFailedDifferentOrWithoutADaemon() {
        assertThat(exitCode(Reports.failed())).isEqualTo(2);
        assertThat(exitCode(Reports.streaming("down", 0.4))).isEqualTo(2);
        assertThat(exitCode(Reports.verified(new StatusReport.Verify("different", "counts", null, 1L))))
                .isEqualTo(2);
    }

    @Test
    void isUnknownWithoutFreshFigures() {
        assertThat(exitCode(Reports.streaming("running", 15.0))).isEqualTo(3);
        assertThat(exitCode(Reports.streaming("running", null))).isEqualTo(3);
        assertThat(exitCode(Reports.streaming("unknown", 0.4))).isEqualTo(3);
        assertThat(exitCode(Reports.absent("down", null))).isEqualTo(3);
        assertThat(exitCode(Reports.absent("unknown", "refused"))).isEqualTo(3);
    }

    private static int exitCode(StatusReport report) {
        return Health.of(report).exitCode();
    }
}
