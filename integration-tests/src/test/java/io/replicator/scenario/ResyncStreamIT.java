package io.replicator.scenario;

import static io.replicator.scenario.ResyncScene.LEFT;
import static io.replicator.scenario.ResyncScene.LIMIT;
import static io.replicator.scenario.ResyncScene.OTHER;
import static io.replicator.scenario.ResyncScene.ROWS;
import static io.replicator.scenario.ResyncScene.TABLE;
import static io.replicator.scenario.ResyncScene.awaitOther;
import static io.replicator.scenario.ResyncScene.awaitStreaming;
import static io.replicator.scenario.ResyncScene.createTables;
import static io.replicator.scenario.ResyncScene.run;
import static io.replicator.scenario.ResyncScene.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.Replicator;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyLevel;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.DaemonProcess;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code replicator resync} under capture by WAL: tables are copied again while the others stream. */
class ResyncStreamIT {
    private final long seed = ThreadLocalRandom.current().nextInt(1_000_000);

    /** Values of changes come as text where the source is old or a type is an extension's, else in binary form. */
    @ParameterizedTest
    @CsvSource({"13, text", "15, citext", "17, text"})
    void othersStreamWhileTablesAreCopied(int sourceMajor, String keyType) throws Exception {
        System.out.println("seed " + seed);
        try (Sides sides = Sides.of(sourceMajor, 17)) {
            if (keyType.equals("citext")) {
                sides.execute("CREATE EXTENSION citext");
            }
            sides.execute(
                    TABLE,
                    "CREATE TABLE spelled (name " + keyType + ", n numeric, v int, filler text, PRIMARY KEY (name, n))",
                    "CREATE TABLE wide (id int PRIMARY KEY, v int, doc text)",
                    "ALTER TABLE wide ALTER doc SET STORAGE EXTERNAL",
                    OTHER);
            sides.source()
                    .execute(
                            ROWS,
                            "INSERT INTO spelled SELECT E'na\\\\me\\t' || n, 1.5, 0, repeat('y', 150)"
                                    + " FROM generate_series(1, " + RowStorm.ROWS + ") AS n",
                            "INSERT INTO wide SELECT n, 0, repeat(n::text, 4000) FROM generate_series(1, 300) AS n");
            AtomicBoolean stopped = new AtomicBoolean();
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 2, split_size: 1MB }"))) {
                sides.target().execute("DELETE FROM t WHERE id % 3 = 0", "UPDATE wide SET doc = 'damaged'");
                CompletableFuture<Void> storm;
                CompletableFuture<Void> wide;
                daemon.replicator().throttle(1 << 20);
                try (Connection writer = sides.source().connection()) {
                    holdSlots(writer);
                    assertThat(daemon.replicator().resync(List.of("t", "spelled", "wide")))
                            .hasSize(3);
                    storm = CompletableFuture.runAsync(() -> new RowStorm(sides.source(), seed).run(stopped));
                    wide = CompletableFuture.runAsync(() -> changeWide(sides, stopped));
                    daemon.awaitTold("waits for running transactions");
                    awaitOther(sides, 1);
                    assertThat(sides.target().number("SELECT count(*) FROM t")).isZero();
                    writer.commit();
                }
                Await.until("a range is copied again", LIMIT, () -> ranges(sides) > 0);
                assertBusy(daemon);
                awaitOther(sides, 2);
                daemon.replicator().throttle(0);
                daemon.awaitTold("3 tables stream again");
                stopped.set(true);
                storm.join();
                wide.join();
                sides.awaitEqualRows(LIMIT);
                assertThat(daemon.replicator()
                                .verify(VerifyLevel.CHECKSUM, TableFilter.ALL)
                                .equal())
                        .isTrue();
                assertThat(daemon.toString()).doesNotContain(LEFT);
            } finally {
                stopped.set(true);
            }
        }
    }

    /** While t is copied. */
    private static void assertBusy(Daemon daemon) {
        Replicator asked = daemon.replicator();
        assertThat(asked.verify(VerifyLevel.COUNTS, TableFilter.ALL).notComparable())
                .contains("public.t");
        assertThat(asked.verify(VerifyLevel.CHECKSUM, new TableFilter(List.of("other"), List.of()))
                        .equal())
                .isTrue();
        assertThatThrownBy(() -> asked.resync(List.of("other"))).hasMessageContaining("already");
        CutoverResult cutover = asked.cutover(new CutoverOptions(Duration.ofSeconds(20), true), _ -> {});
        assertThat(cutover.reason()).contains("public.t");
        Await.until(
                "the status shows t being copied",
                LIMIT,
                () -> state(asked, "public.t").equals("copying"));
        assertThat(state(asked, "public.other")).isEqualTo("streaming");
    }

    private static String state(Replicator asked, String table) {
        return asked.status().tables().stream()
                .filter(row -> row.name().equals(table))
                .map(StatusReport.Table::state)
                .findFirst()
                .orElse("none");
    }

    private static void changeWide(Sides sides, AtomicBoolean stopped) {
        try (Connection connection = sides.source().connection();
                Statement statement = connection.createStatement()) {
            for (int round = 1; !stopped.get(); round++) {
                int id = 1 + round % 300;
                statement.execute("UPDATE wide SET v = v + 1 WHERE id = " + id);
                statement.execute("UPDATE wide SET id = -id WHERE id = " + (1 + (round * 7) % 300));
                statement.execute("UPDATE wide SET id = -id WHERE id = " + -(1 + (round * 7 - 70) % 300));
                statement.execute("DELETE FROM wide WHERE id = " + (1 + (round * 11) % 300));
                statement.execute("INSERT INTO wide VALUES (" + (1 + (round * 11) % 300) + ", 0, repeat('" + round
                        + "', 3000)) ON CONFLICT DO NOTHING");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("changing wide rows", e);
        }
    }

    /** While the copy's snapshot is taken, in the copy, and when all is copied but has not joined the stream. */
    @Test
    void goesOnAfterDyingAtAnyTime() throws Exception {
        System.out.println("seed " + seed);
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE, OTHER);
            sides.execute("CREATE TABLE spelled (name text, n numeric, v int, filler text, PRIMARY KEY (name, n))");
            sides.source().execute(ROWS);
            Settings settings = settings(sides).with("copy", "{ jobs: 2, split_size: 1MB, max_rate: 2MB }");
            AtomicBoolean stopped = new AtomicBoolean();
            CompletableFuture<Void> storm =
                    CompletableFuture.runAsync(() -> new RowStorm(sides.source(), seed).run(stopped));
            try (Replicator asked = new Replicator(settings.config());
                    Connection writer = sides.source().connection()) {
                try (DaemonProcess daemon = run(settings)) {
                    awaitStreaming(asked, daemon);
                    holdSlots(writer);
                    asked.resync(List.of("t"));
                    awaitOther(sides, 1);
                    daemon.kill();
                    writer.commit();
                }
                try (DaemonProcess daemon = run(settings)) {
                    Await.until("a range is copied again", LIMIT, () -> {
                        assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
                        return ranges(sides) > 0;
                    });
                    awaitOther(sides, 2);
                    holdSlots(writer);
                    Await.until("t is copied and has not joined", LIMIT, () -> {
                        assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
                        return isCopied(sides);
                    });
                    awaitOther(sides, 3);
                    daemon.kill();
                    writer.commit();
                }
                try (DaemonProcess daemon = run(settings)) {
                    daemon.awaitOutput("1 tables stream again", LIMIT);
                    stopped.set(true);
                    storm.join();
                    sides.awaitEqualRows(LIMIT);
                    assertThat(daemon.stdout() + daemon.stderr()).doesNotContain(LEFT);
                }
            } finally {
                stopped.set(true);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "false | TRUNCATE t | it was rewritten or altered",
                "true | TRUNCATE t | it was truncated",
                "true | VACUUM FULL t | it was altered",
                "true | ALTER TABLE t RENAME TO s; CREATE TABLE t (LIKE s INCLUDING ALL) | another table has its name",
                "false | ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (u) | its replica identity was another"
            })
    void copiesWhileTheStreamWaitsWhatWasChangedMeanwhile(boolean copied, String change, String reason)
            throws Exception {
        try (Sides sides = Sides.of(17, 17)) {
            createTables(sides);
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 2, split_size: 1MB }"));
                    Connection writer = sides.source().connection()) {
                if (copied) {
                    daemon.replicator().throttle(512 << 10);
                    daemon.replicator().resync(List.of("t"));
                    Await.until("a range is copied again", LIMIT, () -> ranges(sides) > 0);
                    holdSlots(writer);
                    daemon.replicator().throttle(0);
                    Await.until("t is copied and has not joined", LIMIT, () -> {
                        assertThat(daemon.toString()).doesNotContain("stream again");
                        return isCopied(sides);
                    });
                } else {
                    holdSlots(writer);
                    daemon.replicator().resync(List.of("t"));
                }
                daemon.awaitTold("waits for running transactions");
                sides.source().execute(change);
                if (change.contains("RENAME")) {
                    publish(sides);
                }
                if (change.contains("PRIMARY KEY")) {
                    sides.target().execute(change);
                }
                sides.source().execute("UPDATE t SET v = 1 WHERE id % 7 = 0", "INSERT INTO t VALUES (0, 0, 7)");
                awaitOther(sides, 1);
                writer.commit();
                daemon.awaitTold("copied while the stream waits: " + reason);
                daemon.awaitTold(LEFT);
                sides.source().execute("UPDATE t SET v = 2 WHERE id % 5 = 0");
                if (change.contains("RENAME")) {
                    sides.source().execute("DROP TABLE s");
                }
                sides.awaitEqualRows(LIMIT);
            }
        }
    }

    private static void publish(Sides sides) throws SQLException {
        sides.source()
                .execute(
                        "ALTER PUBLICATION replicator_" + sides.settings().name() + " DROP TABLE s",
                        "ALTER PUBLICATION replicator_" + sides.settings().name() + " ADD TABLE t");
    }

    private static boolean isCopied(Sides sides) throws SQLException {
        return sides.target()
                        .number("SELECT count(*) FROM replicator.table_progress WHERE joining AND state = 'copied'")
                == 1;
    }

    @Test
    void copiesATableWithoutAKeyWhileTheStreamWaits() throws Exception {
        try (Sides sides = Sides.of(17, 17)) {
            sides.execute(TABLE, "CREATE TABLE bare (id int, v int)", "ALTER TABLE bare REPLICA IDENTITY FULL", OTHER);
            sides.source().execute(ROWS, "INSERT INTO bare SELECT n, n FROM generate_series(1, 1000) AS n");
            try (Daemon daemon = Daemon.streaming(settings(sides))) {
                sides.target().execute("DELETE FROM bare WHERE id < 10", "DELETE FROM t WHERE id < 10");
                daemon.replicator().resync(List.of("t", "bare"));
                sides.source().execute("UPDATE bare SET v = -v WHERE id < 100", "UPDATE t SET v = 1 WHERE id < 100");
                daemon.awaitTold("bare is copied while the stream waits: it has no key");
                daemon.awaitTold("1 tables stream again");
                daemon.awaitTold("copying 1 tables " + LEFT);
                sides.source().execute("UPDATE bare SET v = v - 1 WHERE id < 200");
                sides.awaitEqualRows(LIMIT);
            }
        }
    }

    @Test
    void startsAgainWhenItsSnapshotIsLost() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            createTables(sides);
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 2, split_size: 1MB }"))) {
                daemon.replicator().throttle(1 << 20);
                daemon.replicator().resync(List.of("t"));
                Await.until("a range is copied again", LIMIT, () -> ranges(sides) > 0);
                sides.source().execute("UPDATE t SET v = 1 WHERE id % 7 = 0");
                assertThat(sides.source()
                                .number("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                        + " WHERE datname = current_database() AND application_name LIKE '%snapshot%'"))
                        .isPositive();
                daemon.awaitTold("copying tables beside the stream failed");
                daemon.replicator().throttle(0);
                daemon.awaitTold("1 tables stream again");
                sides.awaitEqualRows(LIMIT);
                assertThat(daemon.toString()).doesNotContain(LEFT);
            }
        }
    }

    @Test
    void goesOnAfterAPause() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            createTables(sides);
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 2, split_size: 1MB }"))) {
                daemon.replicator().throttle(1 << 20);
                daemon.replicator().resync(List.of("t"));
                Await.until("a range is copied again", LIMIT, () -> ranges(sides) > 0);
                daemon.replicator().pause();
                assertThat(daemon.replicator().status().phase()).isEqualTo(Phase.PAUSED.word());
                sides.source().execute("UPDATE t SET v = 1 WHERE id % 7 = 0", "DELETE FROM t WHERE id % 5 = 0");
                daemon.replicator().throttle(0);
                daemon.replicator().resume();
                daemon.awaitTold("1 tables stream again");
                sides.awaitEqualRows(LIMIT);
                assertThat(daemon.toString()).doesNotContain(LEFT);
            }
        }
    }

    /** While the copy's snapshot is taken, in the copy, between it and the first round, and in the rounds. */
    @Test
    void uniqueValuesMoveBetweenRowsMeanwhile() throws Exception {
        System.out.println("seed " + seed);
        try (Sides sides = Sides.of(17, 17)) {
            sides.execute(UniqueMoves.TABLE, OTHER);
            sides.source().execute(UniqueMoves.ROWS);
            UniqueMoves moves = new UniqueMoves(sides.source(), seed);
            AtomicBoolean stopped = new AtomicBoolean();
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 2, split_size: 1MB }"));
                    Connection writer = sides.source().connection()) {
                sides.target().execute("DELETE FROM t WHERE id % 3 = 0");
                daemon.replicator().throttle(1 << 20);
                holdSlots(writer);
                daemon.replicator().resync(List.of("t"));
                daemon.awaitTold("waits for running transactions");
                moves.once();
                writer.commit();
                Await.until("a range is copied again", LIMIT, () -> ranges(sides) > 0);
                moves.once();
                holdSlots(writer);
                daemon.replicator().throttle(0);
                Await.until("t is copied and has not joined", LIMIT, () -> isCopied(sides));
                moves.once();
                awaitOther(sides, 1);
                CompletableFuture<Void> storm = CompletableFuture.runAsync(() -> moves.run(stopped));
                writer.commit();
                daemon.awaitTold("1 tables stream again");
                stopped.set(true);
                storm.join();
                sides.awaitEqualRows(LIMIT);
                assertThat(daemon.toString()).doesNotContain(LEFT).doesNotContain("failed");
            } finally {
                stopped.set(true);
            }
        }
    }

    /** A transaction that writes keeps slots from being created. */
    private static void holdSlots(Connection writer) throws SQLException {
        writer.setAutoCommit(false);
        try (Statement statement = writer.createStatement()) {
            statement.execute("SELECT txid_current()");
        }
    }

    /** Before the table is emptied, it is marked and still has the ranges of the first copy. */
    private static long ranges(Sides sides) throws SQLException {
        return sides.target()
                .number("SELECT count(*) FROM replicator.copy_range r JOIN replicator.table_progress p"
                        + " USING (migration, schema_name, table_name)"
                        + " WHERE r.copied AND p.joining AND p.state = 'pending'");
    }
}
