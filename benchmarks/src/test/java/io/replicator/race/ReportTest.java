package io.replicator.race;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {
    private final Report report = new Report(Map.of("processors", 2));

    @TempDir
    private Path directory;

    @Test
    void takesRatiosToTheMediansOfTheMeasure() {
        report.add(List.of(run("native", 1, 4), run("native", 2, 6), run("replicator-wal", 1, 2)), "native");

        assertThat(report.lines()).extracting(Report.Line::ratio).containsExactly(1.0, 0.4);
    }

    @Test
    void countsNoRefusedRun() {
        report.add(List.of(run("native", 1, 4), refused("replicator-wal", 1), run("replicator-wal", 2, 3)), "native");

        assertThat(report.hasRefused()).isTrue();
        assertThat(report.lines().getLast())
                .isEqualTo(new Report.Line("drain tpcb", "replicator-wal", new Figures(1, 3, 3, 3), 0.75, 1));
    }

    @Test
    void hasNoRatioWhereTheMeasureDidNotRun() {
        report.add(List.of(run("replicator-wal", 1, 2)), "native");

        assertThat(report.lines().getFirst().ratio()).isNull();
        assertThat(report.hasRefused()).isFalse();
    }

    @Test
    void printsOneLineForEachContender() {
        report.add(List.of(run("native", 1, 4), refused("replicator-wal", 1)), "native");

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        assertThat(bytes.toString(StandardCharsets.UTF_8)
                        .lines()
                        .map(line -> line.replaceAll("\\s+", " ").strip()))
                .containsExactly(
                        "",
                        "work contender median least to most ratio",
                        "drain tpcb native 4.00 4.00 4.00 1.00",
                        "replicator-wal - - - 1 REFUSED");
    }

    @Test
    void writesJsonAndAPlot() throws IOException {
        report.add(List.of(run("native", 1, 4), refused("replicator-wal", 1)), "native");
        report.write(directory, "drain");

        JsonNode json = new ObjectMapper().readTree(Files.readString(directory.resolve("drain.json")));
        assertThat(json.at("/machine/processors").asInt()).isEqualTo(2);
        assertThat(json.at("/lines/0/figures/median").asDouble()).isEqualTo(4);
        assertThat(json.at("/samples/1/fault").asText()).isEqualTo("these tables differ: t");
        assertThat(Files.readString(directory.resolve("drain.svg")))
                .startsWith("<svg ")
                .contains("drain tpcb", "native");
    }

    private static Sample run(String contender, int round, double seconds) {
        return new Sample("drain tpcb", contender, round, seconds, Map.of("resumed", 0.1), "");
    }

    private static Sample refused(String contender, int round) {
        return new Sample("drain tpcb", contender, round, 1, Map.of(), "these tables differ: t");
    }
}
