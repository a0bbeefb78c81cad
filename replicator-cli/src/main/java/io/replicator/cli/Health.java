package io.replicator.cli;

import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;
import java.util.Locale;

/** What a status means for an operator. What is not known is never healthy. */
enum Health {
    HEALTHY(0),
    WARNING(1),
    CRITICAL(2),
    UNKNOWN(3);

    private static final double OLD_SECONDS = 15;

    private final int exitCode;

    Health(int exitCode) {
        this.exitCode = exitCode;
    }

    static Health of(StatusReport report) {
        String word = report.phase();
        if (word == null) {
            return UNKNOWN;
        }
        Phase phase = Phase.ofWord(word);
        if (phase == Phase.FAILED || report.verify().state().equals("different") || lacksDaemon(report)) {
            return CRITICAL;
        }
        if (isActive(phase) && !isFresh(report)) {
            return UNKNOWN;
        }
        return phase == Phase.PAUSED || !report.warnings().isEmpty() || report.error() != null ? WARNING : HEALTHY;
    }

    /** Whether a daemon is needed. */
    private static boolean isActive(Phase phase) {
        return switch (phase) {
            case CREATED, PREPARING, COPYING, CATCHING_UP, STREAMING, CUTTING_OVER -> true;
            case SWITCHED, FINISHED, PAUSED, FAILED, ROLLED_BACK -> false;
        };
    }

    /** Whether no daemon runs while one is needed. */
    static boolean lacksDaemon(StatusReport report) {
        return report.phase() != null
                && isActive(Phase.ofWord(report.phase()))
                && report.daemon().equals("down");
    }

    /** Whether the figures are those of a running daemon. */
    static boolean isFresh(StatusReport report) {
        Double age = report.ageSeconds();
        return report.daemon().equals("running") && age != null && age < OLD_SECONDS;
    }

    int exitCode() {
        return exitCode;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
