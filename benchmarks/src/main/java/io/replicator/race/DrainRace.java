package io.replicator.race;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Every contender drains the same backlog in turn. A round sets all of them up and pauses them, then the workload runs on
 * the source, and then the clock runs for one after the other from its going on until the last row has arrived.
 * Contenders that leave the source's tables alone share a source database and so the very same log; those with triggers
 * have one of their own, under the same load with the same seed. Every contender has a target database of its own.
 */
final class DrainRace {
    /** The table of the last row. */
    static final String MARKER = "race_end";

    private static final String FILLED = "race_filled";
    private static final String EMPTY = "race_empty";

    private final Cluster source;
    private final Cluster target;
    private final Path directory;
    private final PrintStream progress;

    DrainRace(Cluster source, Cluster target, Path directory, PrintStream progress) {
        this.source = source;
        this.target = target;
        this.directory = directory;
        this.progress = progress;
    }

    /** Runs the rounds; the order of the contenders rotates. */
    List<Sample> run(Workload workload, long size, List<Contender> contenders, int rounds) {
        prepare(workload);
        List<Sample> samples = new ArrayList<>();
        List<Contender> order = new ArrayList<>(contenders);
        for (int round = 1; round <= rounds; round++) {
            for (Sample sample : new Round(workload, size, round, order).run()) {
                samples.add(sample);
            }
            Collections.rotate(order, -1);
        }
        for (Cluster cluster : List.of(source, target)) {
            cluster.drop(FILLED);
            cluster.drop(EMPTY);
        }
        return samples;
    }

    private void prepare(Workload workload) {
        for (Cluster cluster : List.of(source, target)) {
            cluster.drop(FILLED);
            cluster.execute("postgres", "CREATE DATABASE " + FILLED);
            workload.create(cluster, FILLED, directory);
            cluster.execute(FILLED, "CREATE TABLE " + MARKER + " (id int PRIMARY KEY)", "VACUUM ANALYZE");
        }
        target.copy(FILLED, EMPTY);
        target.execute(EMPTY, "TRUNCATE " + String.join(", ", target.tables(EMPTY)));
    }

    /** One round of one workload. */
    private final class Round {
        private final Workload workload;
        private final long size;
        private final int number;
        private final List<Contender> contenders;
        private final Map<Contender, String> faults = new LinkedHashMap<>();
        private final Map<String, Backlog> backlogs = new LinkedHashMap<>();
        private final Map<String, Map<String, String>> sourceSums = new LinkedHashMap<>();

        Round(Workload workload, long size, int number, List<Contender> contenders) {
            this.workload = workload;
            this.size = size;
            this.number = number;
            this.contenders = contenders;
        }

        List<Sample> run() {
            Set<String> kinds = new LinkedHashSet<>();
            contenders.stream()
                    .map(Contender::kind)
                    .sorted(Collections.reverseOrder())
                    .forEach(kinds::add);
            List<Sample> samples = new ArrayList<>();
            try {
                kinds.forEach(kind -> source.copy(FILLED, sourceDatabase(kind)));
                contenders.forEach(contender -> attempt(contender, () -> begin(contender)));
                kinds.forEach(this::load);
                contenders.forEach(contender -> attempt(contender, () -> contender.prepare(backlog(contender))));
                for (Cluster cluster : List.of(source, target)) {
                    cluster.execute("postgres", "CHECKPOINT");
                }
                for (Contender contender : contenders) {
                    Sample sample = drain(contender);
                    progress.println(sample.line());
                    samples.add(sample);
                }
            } finally {
                contenders.forEach(this::close);
                kinds.forEach(kind -> source.drop(sourceDatabase(kind)));
                contenders.forEach(contender -> target.drop(targetDatabase(contender)));
            }
            return samples;
        }

        private void attempt(Contender contender, Runnable step) {
            if (faults.containsKey(contender)) {
                return;
            }
            try {
                step.run();
            } catch (RuntimeException e) {
                faults.put(contender, String.valueOf(e.getMessage()));
                progress.println(contender.name() + ": " + e.getMessage());
            }
        }

        /** At once when it is done: what goes on working would take time from the next. */
        private void close(Contender contender) {
            try {
                contender.close();
            } catch (RuntimeException e) {
                faults.putIfAbsent(contender, "its end: " + e.getMessage());
                progress.println(contender.name() + ": " + e.getMessage());
            }
        }

        private void begin(Contender contender) {
            String database = targetDatabase(contender);
            target.copy(contender.wantsRows() ? FILLED : EMPTY, database);
            contender.begin(new Arena(source, sourceDatabase(contender.kind()), target, database, directory));
            contender.pause();
            target.execute(database, "VACUUM ANALYZE");
        }

        private void load(String kind) {
            String database = sourceDatabase(kind);
            workload.load(source, database, directory, size);
            backlogs.put(kind, Backlog.of(source, database));
            source.execute(database, "INSERT INTO " + MARKER + " VALUES (1)");
            sourceSums.put(kind, Sides.sums(source, database));
        }

        private Backlog backlog(Contender contender) {
            return Objects.requireNonNull(backlogs.get(contender.kind()), "every kind has been loaded");
        }

        private Sample drain(Contender contender) {
            Map<String, Double> details = new LinkedHashMap<>();
            target.execute("postgres", "CHECKPOINT");
            double[] taken = new double[1];
            attempt(contender, () -> taken[0] = time(contender, details));
            attempt(contender, () -> {
                if (contender.brings()) {
                    String difference = Sides.difference(
                            sourceSums.getOrDefault(contender.kind(), Map.of()),
                            Sides.sums(target, targetDatabase(contender)));
                    if (!difference.isEmpty()) {
                        throw new IllegalStateException("these tables differ: " + difference);
                    }
                }
            });
            close(contender);
            return new Sample(
                    workload.word() + " " + size + ", s",
                    contender.name(),
                    number,
                    taken[0],
                    details,
                    faults.getOrDefault(contender, ""));
        }

        private double time(Contender contender, Map<String, Double> details) {
            try (Watch watch = new Watch(target, targetDatabase(contender))) {
                ProcessorTime used = ProcessorTime.now();
                long start = System.nanoTime();
                contender.resume();
                details.put("resumed", (System.nanoTime() - start) / 1e9);
                Waiting.until(
                        "the last row through " + contender.name(),
                        () -> contender.hasArrived(
                                contender.brings() && watch.gives("t", "SELECT EXISTS (SELECT FROM " + MARKER + ")")));
                double taken = (System.nanoTime() - start) / 1e9;
                details.putAll(used.since());
                return taken;
            }
        }
    }

    private static String sourceDatabase(String kind) {
        return "race_source_" + kind;
    }

    private static String targetDatabase(Contender contender) {
        return "race_" + contender.name().replace('-', '_');
    }
}
