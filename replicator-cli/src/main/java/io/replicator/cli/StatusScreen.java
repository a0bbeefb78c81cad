package io.replicator.cli;

import io.replicator.status.StatusReport;
import java.util.ArrayList;
import java.util.List;

/** Draws a status on 80 columns. */
final class StatusScreen {
    private static final int LABEL = 12;
    private static final int BAR = 40;
    private static final int FIGURE = 9;
    private static final int STATE = 9;
    private static final String FIX_MARK = " → ";

    private final Style style;
    private final boolean withTables;

    StatusScreen(Style style, boolean withTables) {
        this.style = style;
        this.withTables = withTables;
    }

    List<String> lines(StatusReport report) {
        List<String> lines = new ArrayList<>();
        lines.add(headline(report));
        if (report.phase() != null) {
            lines.add(labelled("phase", phase(report)));
            lines.add(labelled("daemon", daemon(report)));
            lines.add(labelled("lag", Figures.lag(report.lag())));
            copy(report.copy(), lines);
            lines.add(labelled("apply", apply(report.apply())));
            addWrapped("verify", verify(report.verify()), lines);
            lines.add(labelled("position", report.position() == null ? "unknown" : report.position()));
        } else {
            lines.add(labelled(
                    "phase",
                    report.daemon().equals("unknown") ? "unknown" : "none: the target holds no such migration"));
        }
        for (String warning : report.warnings()) {
            addWrapped("warning", warning, lines);
        }
        if (Health.lacksDaemon(report)) {
            addWrapped("fix", "start the daemon with 'replicator run'", lines);
        }
        if (report.error() != null) {
            int mark = report.error().lastIndexOf(FIX_MARK);
            addWrapped("error", mark < 0 ? report.error() : report.error().substring(0, mark), lines);
            if (mark >= 0) {
                addWrapped("fix", report.error().substring(mark + FIX_MARK.length()), lines);
            }
        }
        if (withTables) {
            tables(report.tables(), lines);
        }
        return lines;
    }

    private String headline(StatusReport report) {
        Health health = Health.of(report);
        String left = labelled("migration", report.name());
        return Layout.left(left, Layout.WIDTH - health.word().length()) + style.health(health, health.word());
    }

    private static String phase(StatusReport report) {
        String phase = report.phase() + (report.interruptedPhase() == null ? "" : " in " + report.interruptedPhase());
        return report.capture() == null ? phase : phase + " (capture: " + report.capture() + ")";
    }

    private static String daemon(StatusReport report) {
        Double age = report.ageSeconds();
        String figures = age == null ? "no figures" : "figures are " + Figures.seconds(age) + " old";
        return report.daemon() + ", " + figures;
    }

    private static void copy(StatusReport.Copy copy, List<String> lines) {
        CopyProgress progress = new CopyProgress(copy);
        if (progress.begun()) {
            lines.add(labelled(
                    "copy", progress.bar(BAR) + Layout.right(progress.percent() + " %", 6) + "  " + progress.eta()));
            lines.add(labelled("", progress.amount()));
        } else {
            lines.add(labelled("copy", "not begun"));
        }
        String largeObjects = progress.largeObjects();
        if (largeObjects != null) {
            lines.add(labelled("", largeObjects));
        }
    }

    private static String apply(StatusReport.Apply apply) {
        return Figures.count(Math.round(apply.rowsPerSecond())) + " rows/s; "
                + Figures.count(apply.rows(), "row", "rows") + " in "
                + Figures.count(apply.transactions(), "transaction", "transactions");
    }

    private static String verify(StatusReport.Verify verify) {
        String detail = (verify.level() == null ? "" : " (" + verify.level() + ")")
                + (verify.at() == null ? "" : ", " + Figures.instant(verify.at()));
        return switch (verify.state()) {
            case "never" -> "not yet";
            case "equal" -> "equal" + detail;
            case "different" ->
                "DIFFERENT" + detail + ", "
                        + (verify.differences() == null
                                ? "differences unknown"
                                : Figures.count(verify.differences(), "difference", "differences"));
            case "not_comparable" -> "not comparable" + detail;
            default -> verify.state() + detail;
        };
    }

    private static void tables(List<StatusReport.Table> tables, List<String> lines) {
        int width = Layout.WIDTH - STATE - 4 * (FIGURE + 1) - 1;
        lines.add("");
        lines.add(row(width, "table", "state", "rows", "inserted", "updated", "deleted"));
        for (StatusReport.Table table : tables) {
            lines.add(row(
                    width,
                    table.name(),
                    state(table),
                    Figures.shortCount(table.rows()),
                    Figures.shortCount(table.inserted()),
                    Figures.shortCount(table.updated()),
                    Figures.shortCount(table.deleted())));
            if (table.note() != null) {
                lines.add(Layout.left("  " + table.note(), Layout.WIDTH).stripTrailing());
            }
        }
    }

    /** How far its copy is, for a table that is being copied. */
    private static String state(StatusReport.Table table) {
        boolean copied = table.state().equals("pending") || table.state().equals("copying");
        return copied && table.bytes() > 0
                ? 100 * table.bytes() / Math.max(1, table.bytesTotal()) + " %"
                : table.state();
    }

    private static String row(int width, String name, String state, String... figures) {
        StringBuilder row = new StringBuilder();
        row.append(Layout.left(Layout.clip(name, width), width)).append(' ').append(Layout.left(state, STATE));
        for (String figure : figures) {
            row.append(' ').append(Layout.right(figure, FIGURE));
        }
        return row.toString();
    }

    private static String labelled(String label, String text) {
        return Layout.left(label, LABEL) + text;
    }

    private static void addWrapped(String label, String text, List<String> lines) {
        String next = label;
        for (String part : Layout.wrap(text, Layout.WIDTH - LABEL)) {
            lines.add(labelled(next, part));
            next = "";
        }
    }
}
