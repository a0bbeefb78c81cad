package io.replicator.race;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What capture triggers cost the source: the same statements with and without them, in turn. */
final class CostRace {
    /** The name of the runs without triggers. */
    static final String PLAIN = "no triggers";

    private static final String DATABASE = "race_cost";
    private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+)");

    private final Cluster source;
    private final Path directory;
    private final int seconds;
    private final PrintStream progress;
    private final List<Sample> samples = new ArrayList<>();

    CostRace(Cluster source, Path directory, int seconds, PrintStream progress) {
        this.source = source;
        this.directory = directory;
        this.seconds = seconds;
        this.progress = progress;
    }

    /** Triggers that can be put on the tables of a database. */
    interface Triggers {
        String name();

        void install(String database);

        void remove(String database);
    }

    /** Runs the rounds; the order of the triggers rotates. */
    List<Sample> run(List<Triggers> all, int rounds) {
        source.drop(DATABASE);
        source.execute("postgres", "CREATE DATABASE " + DATABASE);
        Workload.TPCB.create(source, DATABASE, directory);
        List<Triggers> order = new ArrayList<>(all);
        for (int round = 1; round <= rounds; round++) {
            for (Triggers triggers : order) {
                transactions(triggers, round, "on");
                transactions(triggers, round, "off");
                update(triggers, round);
            }
            Collections.rotate(order, -1);
        }
        source.drop(DATABASE);
        return samples;
    }

    private void transactions(Triggers triggers, int round, String synchronousCommit) {
        source.execute(DATABASE, "VACUUM ANALYZE", "CHECKPOINT");
        with(triggers, () -> {
            double tps = transactionsPerSecond(synchronousCommit);
            add("TPC-B, synchronous_commit " + synchronousCommit + ", tps", triggers, round, tps);
        });
    }

    private void update(Triggers triggers, int round) {
        source.execute(DATABASE, "VACUUM FULL pgbench_accounts", "CHECKPOINT");
        with(triggers, () -> {
            long start = System.nanoTime();
            source.execute(DATABASE, "UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid <= 500000");
            add("UPDATE of 500k rows, s", triggers, round, (System.nanoTime() - start) / 1e9);
        });
    }

    private void with(Triggers triggers, Runnable work) {
        triggers.install(DATABASE);
        try {
            work.run();
        } finally {
            triggers.remove(DATABASE);
        }
    }

    private void add(String work, Triggers triggers, int round, double value) {
        Sample sample = new Sample(work, triggers.name(), round, value, Map.of(), "");
        samples.add(sample);
        progress.println(sample.line());
    }

    private double transactionsPerSecond(String synchronousCommit) {
        Path log = directory.resolve("cost-" + System.nanoTime() + ".log");
        Programs.run(
                log,
                Map.of("PGOPTIONS", "-c synchronous_commit=" + synchronousCommit),
                Workload.pgbenchCommand(
                        source, DATABASE, List.of("-n", "-M", "prepared", "-c", "8", "-j", "2", "-T", "" + seconds)));
        return tps(log);
    }

    /** What pgbench reported. */
    static double tps(Path log) {
        try {
            Matcher matcher = TPS.matcher(Files.readString(log));
            if (!matcher.find()) {
                throw new IllegalStateException("pgbench printed no tps, see " + log);
            }
            return Double.parseDouble(matcher.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
