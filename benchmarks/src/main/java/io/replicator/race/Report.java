package io.replicator.race;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The medians of a race, as a table, as JSON and as a plot. */
final class Report {
    /** Ratios are taken to this contender's median. */
    static final String MEASURE = "native";

    private final Map<String, Object> machine;
    private final List<Line> lines = new ArrayList<>();

    Report(Map<String, Object> machine) {
        this.machine = machine;
    }

    /** @param ratio to the measure's median; null where it did not run */
    record Line(
            String work,
            String contender,
            Figures figures,
            @Nullable Double ratio) {}

    List<Line> lines() {
        return lines;
    }

    void add(List<Sample> samples) {
        Set<Workload> workloads = new LinkedHashSet<>();
        samples.forEach(sample -> workloads.add(sample.workload()));
        for (Workload workload : workloads) {
            Map<String, List<Double>> seconds = new LinkedHashMap<>();
            for (Sample sample : samples) {
                if (sample.workload() == workload && sample.counts()) {
                    seconds.computeIfAbsent(sample.contender(), _ -> new ArrayList<>())
                            .add(sample.seconds());
                }
            }
            add("drain " + workload.name().toLowerCase(Locale.ROOT), seconds, MEASURE);
        }
    }

    void addCosts(List<CostRace.Cost> costs) {
        for (String what : List.of("tps", "seconds")) {
            Map<String, List<Double>> values = new LinkedHashMap<>();
            for (CostRace.Cost cost : costs) {
                if (cost.what().equals(what)) {
                    values.computeIfAbsent(cost.captured() ? "captured" : "plain", _ -> new ArrayList<>())
                            .add(cost.value());
                }
            }
            add(what.equals("tps") ? "source TPC-B, tps" : "source UPDATE of 500k rows", values, "plain");
        }
    }

    private void add(String work, Map<String, List<Double>> values, String measure) {
        List<Double> base = values.get(measure);
        Double divisor = base == null ? null : Figures.of(base).median();
        values.forEach((contender, each) -> {
            Figures figures = Figures.of(each);
            lines.add(new Line(work, contender, figures, divisor == null ? null : figures.median() / divisor));
        });
    }

    void print(PrintStream out) {
        out.printf("%n%-28s %-20s %9s %19s %7s%n", "work", "contender", "median", "least to most", "ratio");
        for (Line line : lines) {
            Figures figures = line.figures();
            out.printf(
                    Locale.ROOT,
                    "%-28s %-20s %9.2f %9.2f %9.2f %7s%n",
                    line.work(),
                    line.contender(),
                    figures.median(),
                    figures.least(),
                    figures.most(),
                    line.ratio() == null ? "" : String.format(Locale.ROOT, "%.2f", line.ratio()));
        }
    }

    void write(Path directory, String name) {
        try {
            Files.createDirectories(directory);
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("machine", machine);
            document.put("lines", lines);
            new ObjectMapper()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .writeValue(directory.resolve(name + ".json").toFile(), document);
            Files.writeString(directory.resolve(name + ".svg"), Plot.draw(lines));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
