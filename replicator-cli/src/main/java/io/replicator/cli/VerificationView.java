package io.replicator.cli;

import io.replicator.verify.TableComparison;
import io.replicator.verify.VerificationReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Shows a verification: a row per table, then the differences. */
final class VerificationView {
    private static final int FIGURE = 16;

    private VerificationView() {}

    /** @param equal null when the sides were not comparable */
    record Document(
            String level,
            boolean comparable,
            @Nullable Boolean equal,
            @Nullable String notComparable,
            @Nullable String position,
            @Nullable Long differences,
            double elapsedSeconds,
            List<TableEntry> tables,
            List<String> sequences) {}

    record TableEntry(
            String name,
            boolean compared,
            boolean equal,
            @Nullable Long sourceRows,
            @Nullable Long targetRows,
            List<String> differences) {}

    static Document document(VerificationReport report) {
        List<TableEntry> tables = report.tables().stream()
                .map(table -> new TableEntry(
                        table.table().toString(),
                        table.compared(),
                        table.equal(),
                        table.sourceRows(),
                        table.targetRows(),
                        table.differences()))
                .toList();
        return new Document(
                level(report),
                report.comparable(),
                report.comparable() ? report.equal() : null,
                report.notComparable(),
                report.position(),
                report.comparable() ? report.differences() : null,
                report.elapsed().toMillis() / 1_000.0,
                tables,
                report.sequences());
    }

    static List<String> lines(VerificationReport report) {
        if (report.notComparable() != null) {
            return List.of("not comparable: " + report.notComparable());
        }
        List<String> lines = new ArrayList<>();
        int width = Layout.WIDTH - 2 * (FIGURE + 1) - 11;
        lines.add(row(width, "table", "source rows", "target rows", ""));
        for (TableComparison table : report.tables()) {
            lines.add(row(
                    width,
                    table.table().toString(),
                    rows(table.sourceRows()),
                    rows(table.targetRows()),
                    result(table)));
        }
        for (TableComparison table : report.tables()) {
            for (String difference : table.differences()) {
                lines.add("difference: " + table.table() + ": " + difference);
            }
        }
        for (String sequence : report.sequences()) {
            lines.add("difference: " + sequence);
        }
        String result = report.equal()
                ? "equal"
                : "DIFFERENT, " + Figures.count(report.differences(), "difference", "differences");
        lines.add(result + " (" + level(report) + ") at " + report.position() + ", "
                + Figures.count(report.tables().size(), "table", "tables") + " in "
                + Figures.seconds(report.elapsed().toMillis() / 1_000.0));
        return lines;
    }

    private static String result(TableComparison table) {
        if (table.equal()) {
            return "equal";
        }
        return table.compared() ? "DIFFERENT" : "UNKNOWN";
    }

    private static String level(VerificationReport report) {
        return report.level().name().toLowerCase(Locale.ROOT);
    }

    private static String rows(@Nullable Long rows) {
        return rows == null ? "unknown" : Figures.count(rows);
    }

    private static String row(int width, String name, String source, String target, String result) {
        String row = Layout.left(Layout.clip(name, width), width) + " " + Layout.right(source, FIGURE) + " "
                + Layout.right(target, FIGURE) + "  " + result;
        return row.stripTrailing();
    }
}
