package io.replicator.cli;

import io.replicator.status.StatusReport;

/** A status in one line of less than 80 columns. */
final class ProgressLine {
    private ProgressLine() {}

    static String of(StatusReport report) {
        String phase = report.phase() == null ? "unknown" : report.phase();
        String text = switch (phase) {
            case "copying" -> copying(report);
            case "catching_up", "streaming", "cutting_over" -> streaming(report);
            default -> "";
        };
        return Layout.clip(phase + text, Layout.WIDTH - 1);
    }

    private static String copying(StatusReport report) {
        CopyProgress progress = new CopyProgress(report.copy());
        String largeObjects = progress.largeObjects();
        if (largeObjects != null) {
            return "  " + largeObjects;
        }
        return progress.begun() ? "  " + progress.percent() + " %  " + progress.amount() + "  " + progress.eta() : "";
    }

    private static String streaming(StatusReport report) {
        return "  lag " + Figures.lag(report.lag()) + "  "
                + Figures.count(Math.round(report.apply().rowsPerSecond())) + " rows/s";
    }
}
