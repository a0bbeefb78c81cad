package io.replicator.race;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The medians of a race, as a table, as JSON and as a plot. */
final class Report {
    private final Map<String, Object> machine;
    private final List<Line> lines = new ArrayList<>();
    private final List<Object> samples = new ArrayList<>();

    Report(Map<String, Object> machine) {
        this.machine = machine;
    }

    /**
     * A contender's figures.
     *
     * @param work what was done, with its unit
     * @param ratio to the measure's median; null where that did not run
     * @param refused runs that do not count
     */
    record Line(
            String work,
            String contender,
            Figures figures,
            @Nullable Double ratio,
            int refused) {}

    List<Line> lines() {
        return lines;
    }

    /** Adds the runs of one piece of work; ratios are taken to the median of {@code measure}. */
    void add(List<Sample> runs, String measure) {
        samples.addAll(runs);
        Map<String, Map<String, List<Sample>>> byWork = new LinkedHashMap<>();
        for (Sample run : runs) {
            byWork.computeIfAbsent(run.work(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(run.contender(), _ -> new ArrayList<>())
                    .add(run);
        }
        byWork.forEach((work, byContender) -> {
            Figures base = figures(byContender.getOrDefault(measure, List.of()));
            byContender.forEach((contender, each) -> {
                Figures figures = figures(each);
                Double ratio = base.runs() == 0 || figures.runs() == 0 ? null : figures.median() / base.median();
                lines.add(new Line(work, contender, figures, ratio, each.size() - figures.runs()));
            });
        });
    }

    private static Figures figures(List<Sample> runs) {
        List<Double> values = new ArrayList<>();
        for (Sample run : runs) {
            if (run.counts()) {
                values.add(run.value());
            }
        }
        return Figures.of(values);
    }

    /** Whether a run was refused. */
    boolean hasRefused() {
        return lines.stream().anyMatch(line -> line.refused() > 0);
    }

    void print(PrintStream out) {
        out.printf("%n%-26s %-20s %9s %21s %7s%n", "work", "contender", "median", "least to most", "ratio");
        String work = "";
        for (Line line : lines) {
            out.printf(
                    Locale.ROOT,
                    "%-26s %-20s %s%s%n",
                    line.work().equals(work) ? "" : line.work(),
                    line.contender(),
                    figures(line),
                    line.refused() == 0 ? "" : "   " + line.refused() + " REFUSED");
            work = line.work();
        }
    }

    private static String figures(Line line) {
        Figures figures = line.figures();
        return figures.runs() == 0
                ? String.format("%9s %21s %7s", "-", "-", "-")
                : String.format(
                        Locale.ROOT,
                        "%9.2f %10.2f %10.2f %7s",
                        figures.median(),
                        figures.least(),
                        figures.most(),
                        line.ratio() == null ? "-" : String.format(Locale.ROOT, "%.2f", line.ratio()));
    }

    void write(Path directory, String name) {
        try {
            Files.createDirectories(directory);
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("machine", machine);
            document.put("lines", lines);
            document.put("samples", samples);
            Files.writeString(
                    directory.resolve(name + ".json"),
                    new ObjectMapper()
                                    .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                                    .enable(SerializationFeature.INDENT_OUTPUT)
                                    .writeValueAsString(document)
                            + "\n");
            Files.writeString(directory.resolve(name + ".svg"), Plot.draw(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
