package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.replicator.cli.demo.ComparisonOptions;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.postgres.PostgresTools;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What windows of trigger capture have to cope with beside their size. */
class WindowScenarioIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int ROWS = 60_000;

    @Test
    void copiesTablesAgainAtTheCutoverThatAreNotStreamed() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE audit (v text)");
            sides.source().execute("INSERT INTO audit VALUES ('copied')");
            Settings settings =
                    sides.settings().existingSchema().with("capture", "trigger").with("cutover", "{ recopy: [audit] }");
            try (Daemon daemon = Daemon.streaming(settings)) {
                sides.source().execute("INSERT INTO audit VALUES ('later'), ('later')", "INSERT INTO t VALUES (1)");
                Await.until("the row of t arrives", LIMIT, () -> sides.target().number("SELECT count(*) FROM t") == 1);
                assertThat(sides.target().number("SELECT count(*) FROM audit")).isEqualTo(1);
                CutoverResult result =
                        daemon.replicator().cutover(new CutoverOptions(Duration.ofSeconds(20), false), _ -> {});
                assertThat(result.switched()).as("%s", result).isTrue();
                daemon.awaitEnd();
            }
            sides.compare(ComparisonOptions.afterCutover()).assertEqual();
        }
    }

    /** Values move between rows of different ranges, which are read under different snapshots. */
    @Test
    void buildsUniqueIndexesOfTablesReadInRangesBehindTheFirstWindow() throws Exception {
        assumeTrue(
                PostgresTools.find(null).filter(tools -> tools.major() >= 15).isPresent(),
                "skipped: pg_dump and pg_restore 15 or newer are not installed");
        long seed = ThreadLocalRandom.current().nextInt(1_000_000);
        System.out.println("seed " + seed);
        try (Sides sides = Sides.of(15, 15)) {
            sides.source()
                    .execute(
                            "CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE DEFERRABLE, v text)",
                            "CREATE UNIQUE INDEX t_v ON t (v)",
                            "INSERT INTO t SELECT n, n, repeat(n::text, 40) FROM generate_series(1, " + ROWS
                                    + ") AS n");
            Settings settings = sides.settings()
                    .with("schema", "copy")
                    .with("capture", "trigger")
                    .with("copy", "{ jobs: 1, index_jobs: 2, split_size: 1MB }");
            AtomicBoolean stopped = new AtomicBoolean();
            AtomicLong swaps = new AtomicLong();
            CompletableFuture<Void> writer =
                    CompletableFuture.runAsync(() -> swap(sides, new java.util.Random(seed), stopped, swaps));
            try (Daemon daemon = Daemon.start(settings)) {
                daemon.awaitPhase(Phase.STREAMING);
                long before = swaps.get();
                Await.until("writers go on, seed " + seed, LIMIT, () -> swaps.get() > before + 20);
                stopped.set(true);
                writer.get();
                Await.until(
                        "both sides are equal, seed " + seed,
                        LIMIT,
                        () -> sides.compare(ComparisonOptions.rowsOnly()).equal());
                assertThat(sides.target()
                                .number("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass"
                                        + " AND indisunique AND indisvalid"))
                        .isEqualTo(3);
                assertThat(sides.target().number("SELECT count(*) FROM replicator.copy_range WHERE table_name = 't'"))
                        .isGreaterThan(3);
            } finally {
                stopped.set(true);
            }
        }
    }

    private static void swap(Sides sides, RandomGenerator random, AtomicBoolean stopped, AtomicLong swaps) {
        try (Connection connection = sides.source().connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stopped.get()) {
                int one = random.nextInt(1, ROWS / 2);
                int other = random.nextInt(ROWS / 2, ROWS);
                statement.execute("SET CONSTRAINTS ALL DEFERRED");
                statement.execute("CREATE TEMP TABLE two ON COMMIT DROP AS SELECT id, u, v FROM t WHERE id IN (" + one
                        + ", " + other + ")");
                statement.execute("UPDATE t SET v = 'moving' || id WHERE id IN (" + one + ", " + other + ")");
                statement.execute("UPDATE t SET u = o.u, v = o.v FROM two AS o WHERE t.id IN (" + one + ", " + other
                        + ") AND o.id <> t.id");
                connection.commit();
                swaps.incrementAndGet();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("swapping values", e);
        }
    }

    @Test
    void worksOffABacklogInPieces() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute("CREATE TABLE t (id int PRIMARY KEY, v int)", "CREATE TABLE u (id int PRIMARY KEY, v int)");
            Settings settings = sides.settings().existingSchema().with("capture", "trigger");
            try (Daemon daemon = Daemon.streaming(settings)) {
                daemon.stop();
                daemon.awaitEnd();
            }
            sides.source()
                    .execute(
                            "INSERT INTO t SELECT n, 0 FROM generate_series(1, 600000) AS n",
                            "UPDATE t SET v = 1 WHERE id % 2 = 0",
                            "INSERT INTO u SELECT n, 0 FROM generate_series(1, 1000) AS n",
                            "UPDATE t SET id = id + 1000000 WHERE id % 4 = 0",
                            "DELETE FROM t WHERE id % 5 = 0");
            try (Daemon daemon = Daemon.start(settings)) {
                Await.until("a piece is committed", LIMIT, () -> sides.target().number("SELECT count(*) FROM t") > 0);
                Await.until(
                        "the rows that wait are counted",
                        LIMIT,
                        () -> daemon.replicator().status().lag().rows() != null);
                sides.awaitEqualRows();
            }
        }
    }

    /** What comes between two ranges is seen by neither's snapshot. */
    @ParameterizedTest
    @ValueSource(
            strings = {"VACUUM FULL t", "CLUSTER t USING t_pkey", "ALTER TABLE t ALTER v TYPE bigint", "TRUNCATE t"})
    void copiesATableAgainThatIsRewrittenBetweenTwoRanges(String rewrite) throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.source().execute("CREATE TABLE t (id int PRIMARY KEY, v int, filler text)");
            sides.target().execute("CREATE TABLE t (id int PRIMARY KEY, v bigint, filler text)");
            sides.source()
                    .execute("INSERT INTO t SELECT n, 0, repeat('x', 200) FROM generate_series(1, " + 2 * ROWS
                            + ") AS n");
            Settings settings = sides.settings()
                    .existingSchema()
                    .with("capture", "trigger")
                    .with("copy", "{ jobs: 1, split_size: 1MB, max_rate: 1MB }");
            try (Daemon daemon = Daemon.start(settings)) {
                Await.until("a range is copied", LIMIT, () -> ranges(sides, "copied") > 0);
                assertThat(ranges(sides, "NOT copied"))
                        .as("the range that is being read, which the rewrite waits for, and those behind it")
                        .isGreaterThan(1);
                sides.source().execute(rewrite, "INSERT INTO t VALUES (0, 7, 'later')");
                daemon.replicator().throttle(0);
                daemon.awaitPhase(Phase.STREAMING);
                sides.awaitEqualRows();
                assertThat(sides.target().number("SELECT v FROM t WHERE id = 0"))
                        .isEqualTo(7);
            }
        }
    }

    private static long ranges(Sides sides, String which) throws SQLException {
        return sides.target().text("SELECT to_regclass('replicator.copy_range')") == null
                ? 0
                : sides.target().number("SELECT count(*) FROM replicator.copy_range WHERE " + which);
    }

    /** A transaction number ends in one of three segments by turns; each has 16,384 of them. */
    @Test
    void keepsTheChangeLogSmallAndLetsNoWriterWait() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute("CREATE TABLE t (id int PRIMARY KEY, v int)");
            String log =
                    "SELECT (SELECT count(*) FROM replicator.change_b_0) + (SELECT count(*) FROM replicator.change_b_1)"
                            + " + (SELECT count(*) FROM replicator.change_b_2)";
            String waiting =
                    "SELECT count(*) FROM pg_stat_activity a WHERE EXISTS (SELECT FROM pg_stat_activity b WHERE b.pid"
                            + " = ANY (pg_blocking_pids(a.pid)) AND b.application_name LIKE 'replicator%')";
            try (Daemon _ = Daemon.streaming(sides.settings().existingSchema().with("capture", "trigger"))) {
                CompletableFuture<Void> writer = new CompletableFuture<>();
                Thread.ofPlatform().start(() -> {
                    try {
                        sides.source()
                                .execute("DO $$ BEGIN FOR i IN 1..80000 LOOP INSERT INTO t VALUES (i % 1000, i)"
                                        + " ON CONFLICT (id) DO UPDATE SET v = excluded.v; COMMIT; END LOOP; END $$");
                        writer.complete(null);
                    } catch (SQLException | RuntimeException e) {
                        writer.completeExceptionally(e);
                    }
                });
                long mostWaiting = 0;
                while (!writer.isDone()) {
                    mostWaiting = Math.max(mostWaiting, sides.source().number(waiting));
                }
                writer.get();
                assertThat(mostWaiting).as("writers that waited for us").isZero();
                Await.until(
                        "at most one segment and what was just applied is left",
                        LIMIT,
                        () -> sides.source().number(log) <= 2 * 16_384);
                sides.awaitEqualRows();
            }
        }
    }

    @Test
    void leavesNothingOnTheSourceWhileWritersGoOn() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute("CREATE TABLE t (id int PRIMARY KEY, v int)", "CREATE TABLE u (id int PRIMARY KEY, v int)");
            Settings settings = sides.settings().existingSchema().with("capture", "trigger");
            AtomicBoolean stopped = new AtomicBoolean();
            AtomicLong written = new AtomicLong();
            CompletableFuture<Void> writer = new CompletableFuture<>();
            try (Daemon daemon = Daemon.streaming(settings)) {
                daemon.stop();
                Thread.ofPlatform().start(() -> {
                    try {
                        while (!stopped.get()) {
                            sides.source()
                                    .execute(
                                            "BEGIN; INSERT INTO t VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET v = t.v + 1;"
                                                    + " INSERT INTO u VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET v = u.v + 1; COMMIT");
                            written.incrementAndGet();
                        }
                        writer.complete(null);
                    } catch (SQLException | RuntimeException e) {
                        writer.completeExceptionally(e);
                    }
                });
                Await.until("the writer writes", LIMIT, () -> written.get() > 10 || writer.isDone());
                assertThat(daemon.replicator().teardown(false).remaining()).isEmpty();
                long before = written.get();
                Await.until("the writer goes on", LIMIT, () -> written.get() > before + 10 || writer.isDone());
            } finally {
                stopped.set(true);
            }
            writer.get();
            assertThat(sides.source()
                            .number("SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal)"
                                    + " + (SELECT count(*) FROM pg_namespace WHERE nspname = 'replicator')"
                                    + " + (SELECT count(*) FROM pg_proc WHERE prosrc LIKE '%replicator%' AND pronamespace <>"
                                    + " 'pg_catalog'::regnamespace)"
                                    + " + (SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase"
                                    + " WHERE d.datname = current_database())"))
                    .isZero();
        }
    }
}
