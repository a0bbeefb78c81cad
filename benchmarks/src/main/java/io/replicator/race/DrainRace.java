package io.replicator.race;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Every contender drains the same backlog in turn: it is set up, paused, the workload runs on the source, and the clock
 * runs from its going on until the last row has arrived.
 */
final class DrainRace {
    private static final String TEMPLATE = "race_template";
    private static final String EMPTY = "race_empty";
    private static final String DATABASE = "race";

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
            for (Contender contender : order) {
                samples.add(race(workload, size, contender, round));
            }
            Collections.rotate(order, 1);
        }
        return samples;
    }

    private void prepare(Workload workload) {
        for (Cluster cluster : List.of(source, target)) {
            for (String template : List.of(TEMPLATE, EMPTY)) {
                cluster.drop(template);
                cluster.execute("postgres", "CREATE DATABASE " + template);
                workload.create(cluster, template, directory);
                cluster.execute(template, "CREATE TABLE race_end (id int PRIMARY KEY)", "VACUUM ANALYZE");
            }
            empty(cluster);
            cluster.execute("postgres", "CHECKPOINT");
        }
    }

    private static void empty(Cluster cluster) {
        String tables = cluster.value(EMPTY, """
                SELECT string_agg(quote_ident(relname), ',') FROM pg_class
                WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace""");
        cluster.execute(EMPTY, "TRUNCATE " + tables);
    }

    private Sample race(Workload workload, long size, Contender contender, int round) {
        source.copy(TEMPLATE, DATABASE);
        target.copy(contender.wantsRows() ? TEMPLATE : EMPTY, DATABASE);
        Arena arena = new Arena(source, target, DATABASE, directory);
        double seconds;
        String difference;
        try (contender) {
            contender.begin(arena);
            contender.pause();
            workload.load(source, DATABASE, directory, size);
            source.execute(DATABASE, "INSERT INTO race_end VALUES (1)", "CHECKPOINT");
            target.execute(DATABASE, "CHECKPOINT");
            seconds = drain(contender);
            difference = Sides.difference(arena);
        }
        Sample sample = new Sample(workload, contender.name(), round, seconds, difference);
        progress.println(sample.line());
        source.drop(DATABASE);
        target.drop(DATABASE);
        return sample;
    }

    private double drain(Contender contender) {
        try (java.sql.Connection connection = target.connect(DATABASE);
                java.sql.PreparedStatement arrived =
                        connection.prepareStatement("SELECT EXISTS (SELECT FROM race_end)")) {
            long start = System.nanoTime();
            contender.resume();
            Waiting.until("the last row through " + contender.name(), () -> {
                try (java.sql.ResultSet row = arrived.executeQuery()) {
                    row.next();
                    return row.getBoolean(1);
                } catch (java.sql.SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            return (System.nanoTime() - start) / 1e9;
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
