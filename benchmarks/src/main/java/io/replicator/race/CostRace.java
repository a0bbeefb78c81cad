package io.replicator.race;

import io.replicator.capture.trigger.CaptureInstaller;
import io.replicator.capture.trigger.CaptureTeardown;
import io.replicator.catalog.CatalogReader;
import io.replicator.config.ConfigOverrides;
import io.replicator.config.ConfigReader;
import io.replicator.config.TableFilter;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the capture triggers cost the source: the same statements with and without them, in turn. */
final class CostRace {
    private static final String DATABASE = "race_cost";
    private static final Pattern TPS = Pattern.compile("tps = ([0-9.]+)");
    private static final int SECONDS = 15;

    private final Cluster source;
    private final Path directory;
    private final PrintStream progress;

    CostRace(Cluster source, Path directory, PrintStream progress) {
        this.source = source;
        this.directory = directory;
        this.progress = progress;
    }

    /**
     * One measurement.
     *
     * @param what {@code tps} of TPC-B or {@code seconds} of one UPDATE of 500,000 rows
     */
    record Cost(String what, boolean captured, double value) {}

    List<Cost> run(int rounds) {
        source.drop(DATABASE);
        source.execute("postgres", "CREATE DATABASE " + DATABASE);
        Workload.TPCB.create(source, DATABASE, directory);
        List<Cost> costs = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            for (boolean captured : round % 2 == 0 ? new boolean[] {true, false} : new boolean[] {false, true}) {
                if (captured) {
                    install();
                }
                source.execute(DATABASE, "VACUUM ANALYZE", "CHECKPOINT");
                add(costs, new Cost("tps", captured, transactionsPerSecond(round)));
                source.execute(DATABASE, "VACUUM FULL pgbench_accounts", "CHECKPOINT");
                if (captured) {
                    remove();
                    install();
                }
                add(costs, new Cost("seconds", captured, updateSeconds()));
                source.execute(DATABASE, "VACUUM FULL pgbench_accounts");
                if (captured) {
                    remove();
                }
            }
        }
        source.drop(DATABASE);
        return costs;
    }

    private void add(List<Cost> costs, Cost cost) {
        costs.add(cost);
        progress.printf(
                "cost    %-8s %-9s %10.2f%n", cost.what(), cost.captured() ? "captured" : "plain", cost.value());
    }

    private Database database() {
        return ConfigReader.of(new ConfigOverrides("race", source.url(DATABASE), source.url("postgres")), Map.of())
                .source()
                .database(Side.SOURCE);
    }

    private void install() {
        try (Database database = database();
                Connection connection = database.open("race")) {
            CaptureInstaller.install(database, CatalogReader.read(connection, TableFilter.ALL), _ -> {}, _ -> {});
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void remove() {
        try (Database database = database()) {
            CaptureTeardown.remove(database, false);
        }
    }

    private double transactionsPerSecond(int round) {
        Path log = directory.resolve("cost-" + round + "-" + System.nanoTime() + ".log");
        Programs.run(
                log,
                Map.of(),
                List.of(
                        source.bin().resolve("pgbench").toString(),
                        "-h",
                        "127.0.0.1",
                        "-p",
                        "" + source.port(),
                        "-U",
                        "postgres",
                        "-n",
                        "-M",
                        "prepared",
                        "-c",
                        "8",
                        "-j",
                        "2",
                        "-T",
                        "" + SECONDS,
                        DATABASE));
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

    private double updateSeconds() {
        long start = System.nanoTime();
        source.execute(DATABASE, "UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid <= 500000");
        return (System.nanoTime() - start) / 1e9;
    }
}
