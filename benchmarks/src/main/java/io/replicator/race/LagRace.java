package io.replicator.race;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * How long a committed row takes to the target while the source is under steady load, at half the rate that it reaches at
 * most. Every contender has the source's top rate measured for itself, with its triggers if it has any, while it stands
 * still.
 */
final class LagRace {
    private static final String FILLED = "race_filled";
    private static final String EMPTY = "race_empty";
    private static final String SOURCE = "race_source";

    private final Cluster source;
    private final Cluster target;
    private final Path directory;
    private final int seconds;
    private final PrintStream progress;

    LagRace(Cluster source, Cluster target, Path directory, int seconds, PrintStream progress) {
        this.source = source;
        this.target = target;
        this.directory = directory;
        this.seconds = seconds;
        this.progress = progress;
    }

    /** Runs the rounds; the order of the contenders rotates. */
    List<Sample> run(List<Contender> contenders, int rounds) {
        for (Cluster cluster : List.of(source, target)) {
            cluster.drop(FILLED);
            cluster.execute("postgres", "CREATE DATABASE " + FILLED);
            Workload.TPCB.create(cluster, FILLED, directory);
            cluster.execute(
                    FILLED, "CREATE TABLE " + MarkerStream.TABLE + " (id bigint PRIMARY KEY)", "VACUUM ANALYZE");
        }
        target.copy(FILLED, EMPTY);
        target.execute(EMPTY, "TRUNCATE " + String.join(", ", target.tables(EMPTY)));
        List<Sample> samples = new ArrayList<>();
        List<Contender> order = new ArrayList<>(contenders);
        for (int round = 1; round <= rounds; round++) {
            for (Contender contender : order) {
                Sample sample = measure(contender, round);
                samples.add(sample);
                progress.println(sample.line());
            }
            Collections.rotate(order, -1);
        }
        return samples;
    }

    private Sample measure(Contender contender, int round) {
        String database = "race_" + contender.name().replace('-', '_');
        Map<String, Double> details = new LinkedHashMap<>();
        double value = 0;
        String fault = "";
        source.copy(FILLED, SOURCE);
        target.copy(contender.wantsRows() ? FILLED : EMPTY, database);
        try (contender) {
            contender.begin(new Arena(source, SOURCE, target, database, directory));
            contender.pause();
            double top = pgbench("-T", "" + Math.max(5, seconds / 3));
            contender.prepare(Backlog.of(source, SOURCE));
            contender.resume();
            Histogram micros = lag(database, top / 2, details);
            value = micros.getValueAtPercentile(99) / 1e3;
            details.put("p50", micros.getValueAtPercentile(50) / 1e3);
            details.put("p90", micros.getValueAtPercentile(90) / 1e3);
            details.put("p99.9", micros.getValueAtPercentile(99.9) / 1e3);
            details.put("max", micros.getMaxValue() / 1e3);
            details.put("markers", (double) micros.getTotalCount());
            details.put("top_tps", top);
            String difference = Sides.difference(Sides.sums(source, SOURCE), Sides.sums(target, database));
            fault = difference.isEmpty() ? "" : "these tables differ: " + difference;
        } catch (RuntimeException e) {
            fault = String.valueOf(e.getMessage());
        }
        source.drop(SOURCE);
        target.drop(database);
        return new Sample("lag at half the top rate, p99 ms", contender.name(), round, value, details, fault);
    }

    /** The first row that arrives says that the backlog of the top rate is gone. */
    private Histogram lag(String database, double rate, Map<String, Double> details) {
        try (MarkerStream markers = new MarkerStream(source, SOURCE, target, database)) {
            markers.awaitOne();
            markers.forget();
            markers.start();
            details.put("tps", pgbench("-T", "" + seconds, "-R", "" + Math.round(rate)));
            return markers.finish();
        }
    }

    private double pgbench(String... options) {
        Path log = directory.resolve("lag-" + System.nanoTime() + ".log");
        List<String> arguments = new ArrayList<>(List.of("-n", "-M", "prepared", "-c", "8", "-j", "2"));
        arguments.addAll(List.of(options));
        Programs.run(log, Map.of(), Workload.pgbenchCommand(source, SOURCE, arguments));
        return CostRace.tps(log);
    }
}
