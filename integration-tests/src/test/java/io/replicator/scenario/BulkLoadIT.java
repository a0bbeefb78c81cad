package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.DaemonProcess;
import io.replicator.testkit.FaultProxy;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large tables in ranges, many small ones, and what happens to them while they are copied. */
class BulkLoadIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int ROWS = 60_000;
    private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, v int, filler text)";
    private static final String ROWS_OF_T =
            "INSERT INTO t SELECT n, 0, repeat('x', 100) FROM generate_series(1, " + ROWS + ") AS n";

    /** Every update moves a row to another page, so that one row may lie in two ranges, or in none. */
    @ParameterizedTest
    @ValueSource(ints = {13, 17})
    void readsRowsThatMoveBetweenRangesOnce(int sourceMajor) throws Exception {
        try (Sides sides = Sides.of(sourceMajor, 17)) {
            sides.execute(TABLE, "CREATE TABLE keyless (v text)", "ALTER TABLE keyless REPLICA IDENTITY FULL");
            sides.source()
                    .execute(ROWS_OF_T, "INSERT INTO keyless SELECT repeat('y', 200) FROM generate_series(1, 40000)");
            AtomicBoolean stopped = new AtomicBoolean();
            CompletableFuture<Void> storm = CompletableFuture.runAsync(() -> storm(sides, stopped));
            try (Daemon daemon = Daemon.start(ranges(sides, "wal", 2))) {
                daemon.awaitPhase(Phase.STREAMING);
                stopped.set(true);
                storm.get();
                sides.assertEqualRows();
                boolean byPages = sourceMajor >= 14;
                assertThat(ranges(sides, "t", byPages)).isGreaterThan(3);
                assertThat(ranges(sides, "keyless", true)).isEqualTo(byPages ? ranges(sides, "keyless") : 0);
            } finally {
                stopped.set(true);
            }
        }
    }

    /** The order of citext is not that of text, nor are its operators found without its schema. */
    @Test
    void readsRowsOnceWhoseKeyHasATypeOfAnExtension() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(
                    "CREATE EXTENSION citext",
                    "CREATE TABLE single (id citext COLLATE \"C\" PRIMARY KEY, filler text)",
                    "CREATE TABLE pair (tenant int, name citext COLLATE \"C\", filler text, PRIMARY KEY (tenant, name))");
            sides.source()
                    .execute(
                            "INSERT INTO single SELECT chr(65 + n % 26 + n % 2 * 32) || n, repeat('x', 100)"
                                    + " FROM generate_series(1, " + ROWS + ") AS n",
                            "INSERT INTO pair SELECT substr(id::text, 2)::int / 1000, id, filler FROM single");
            try (Daemon daemon = Daemon.start(ranges(sides, "trigger", 2))) {
                daemon.awaitPhase(Phase.STREAMING);
                sides.assertEqualRows();
                assertThat(ranges(sides, "single")).isZero();
                assertThat(ranges(sides, "pair", false)).isGreaterThan(3);
            }
        }
    }

    /** Frozen pages are marked as such, so that no vacuum has to read them. */
    @ParameterizedTest
    @ValueSource(strings = {"wal", "trigger"})
    void writesATableFrozenThatIsCopiedAsAWhole(String capture) throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.source().execute(TABLE, ROWS_OF_T, "INSERT INTO t SELECT -id, v, filler FROM t");
            try (Daemon daemon = Daemon.start(sides.settings().with("capture", capture))) {
                daemon.awaitPhase(Phase.STREAMING);
                sides.assertEqualRows();
                assertThat(
                                sides.target()
                                        .number(
                                                "SELECT relallvisible * 100 / relpages FROM pg_class WHERE oid = 't'::regclass"))
                        .as("percent of the pages that are visible to all")
                        .isGreaterThan(90);
            }
        }
    }

    private static void storm(Sides sides, AtomicBoolean stopped) {
        try (Connection connection = sides.source().connection();
                Statement statement = connection.createStatement()) {
            for (int round = 0; !stopped.get(); round = (round + 1) % 500) {
                statement.execute("UPDATE t SET v = v + 1 WHERE id % 500 = " + round);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("moving rows", e);
        }
    }

    /** The snapshot outlives the session that read under it, so that nothing is read under another one. */
    @Test
    void copiesOnlyTheRangeAgainWhoseSessionWasCut() throws SQLException {
        try (Sides sides = Sides.of(17, 18);
                FaultProxy toTarget = FaultProxy.before(sides.target().server().address())) {
            sides.execute(TABLE);
            sides.source().execute(ROWS_OF_T);
            Settings settings = ranges(sides, "wal", 1).target(toTarget.url(sides.target()));
            toTarget.delay(Duration.ofMillis(5));
            try (Daemon daemon = Daemon.start(settings)) {
                Await.until("a range is copied", LIMIT, () -> copied(sides) > 0);
                sides.target()
                        .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND application_name = 'replicator copy'");
                daemon.awaitPhase(Phase.STREAMING);
                sides.assertEqualRows();
                assertThat(daemon.toString()).doesNotContain("under a new snapshot");
            }
        }
    }

    private static long copied(Sides sides) throws SQLException {
        return sides.target().text("SELECT to_regclass('replicator.copy_range')") == null
                ? 0
                : sides.target().number("SELECT count(*) FROM replicator.copy_range WHERE copied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wal", "trigger"})
    void copiesEmptyTablesAndThoseThatAreFilledMeanwhile(String capture) throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            int tables = 60;
            for (int table = 0; table < tables; table++) {
                sides.execute("CREATE TABLE t" + table + " (id int PRIMARY KEY, v text)");
            }
            AtomicBoolean stopped = new AtomicBoolean();
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> fill(sides, tables, stopped));
            try (Daemon daemon = Daemon.start(sides.settings().existingSchema().with("capture", capture))) {
                daemon.awaitPhase(Phase.STREAMING);
                stopped.set(true);
                writer.join();
                sides.assertEqualRows();
            } finally {
                stopped.set(true);
            }
        }
    }

    private static void fill(Sides sides, int tables, AtomicBoolean stopped) {
        try (Connection connection = sides.source().connection();
                Statement statement = connection.createStatement()) {
            for (int row = 0; !stopped.get(); row++) {
                statement.execute("INSERT INTO t" + row % tables + " VALUES (" + row + ", 'v')");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("filling tables", e);
        }
    }

    /** Eight megabytes at 256 kB per second are far from done when the limit is lifted. */
    @Test
    void copiesNoFasterThanItMayUntilTheLimitIsLifted() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE);
            sides.source().execute(ROWS_OF_T);
            Settings settings = sides.settings().existingSchema().with("copy", "{ jobs: 2, max_rate: 256kB }");
            try (Daemon daemon = Daemon.start(settings)) {
                Await.until(
                        "rows are copied",
                        LIMIT,
                        () -> daemon.replicator().status().copy().bytesDone() > 0);
                Await.until(
                        "the end is estimated",
                        LIMIT,
                        () -> daemon.replicator().status().copy().etaSeconds() != null);
                StatusReport status = daemon.replicator().status();
                assertThat(status.copy().tablesDone()).isZero();
                assertThat(status.copy().etaSeconds()).isGreaterThan(5);
                assertThat(status.tables().getFirst().rows()).isBetween(100L, ROWS - 1L);
                assertThat(status.tables().getFirst().bytes()).isPositive();
                daemon.replicator().throttle(0);
                daemon.awaitPhase(Phase.STREAMING);
                sides.assertEqualRows();
            }
        }
    }

    @Test
    void waitsWhileTheSourceIsUnderLoad() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE);
            sides.source().execute(ROWS_OF_T, "CREATE SCHEMA load", "CREATE TABLE load.high AS SELECT true AS high");
            Settings settings = sides.settings()
                    .existingSchema()
                    .with("tables", "{ include: [public.t] }")
                    .with("copy", "{ throttle_while: SELECT high FROM load.high }");
            Settings wrong = settings.with("copy", "{ throttle_while: SELECT nothing }");
            try (Daemon daemon = Daemon.start(new Settings(sides.source().name() + "_wrong", wrong.keys()))) {
                assertThat(daemon.awaitFailure()).hasMessageContaining("throttle_while");
            }
            try (Daemon daemon = Daemon.start(settings)) {
                Await.until(
                        "the status says that the copy waits",
                        LIMIT,
                        () -> daemon.replicator().status().warnings().stream()
                                .anyMatch(warning -> warning.startsWith("the copy waits")));
                assertThat(daemon.replicator().status().copy().tablesDone()).isZero();
                sides.source().execute("UPDATE load.high SET high = false");
                daemon.awaitPhase(Phase.STREAMING);
                assertThat(sides.target().number("SELECT count(*) FROM t")).isEqualTo(ROWS);
            }
        }
    }

    /** Twenty tables share a transaction; one of them gets another file while the transaction waits before its turn. */
    @Test
    void copiesTheOthersOfATransactionWhenOneTableWasRewritten() throws SQLException {
        try (Sides sides = Sides.of(15, 17);
                Connection session = sides.target().connection();
                Statement statement = session.createStatement()) {
            for (int table = 10; table < 90; table++) {
                sides.execute("CREATE TABLE t" + table + " (id int PRIMARY KEY, v text)");
                sides.source().execute("INSERT INTO t" + table + " SELECT n, 'v' FROM generate_series(1, 100) AS n");
            }
            sides.source().execute("INSERT INTO t50 SELECT n, repeat('x', 100) FROM generate_series(1000, 2000) AS n");
            session.setAutoCommit(false);
            statement.execute("LOCK TABLE t50 IN SHARE MODE");
            Settings settings = sides.settings().existingSchema().with("copy", "{ jobs: 1 }");
            try (Daemon daemon = Daemon.start(settings)) {
                Await.until(
                        "the copy waits for the largest table, which comes first",
                        LIMIT,
                        () -> sides.target()
                                        .number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                                                + " AND datname = current_database()"
                                                + " AND application_name = 'replicator copy'")
                                == 1);
                List<String> rewritten = List.of("t10", "t11", "t88", "t89");
                for (String table : rewritten) {
                    sides.source().execute("VACUUM FULL " + table);
                }
                session.rollback();
                daemon.awaitPhase(Phase.STREAMING);
                sides.assertEqualRows();
                assertThat(daemon.toString()).contains("copying " + rewritten.size() + " tables under a new snapshot");
                assertThat(sides.target().number("SELECT sum(rows) FROM replicator.table_progress"))
                        .isEqualTo(80 * 100 + 1001);
            }
        }
    }

    /** The whole of a row is never in memory, nor is the row of a table that shares its transaction with others. */
    @Test
    void copiesAFieldThatIsLargerThanTheHeap() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute("CREATE TABLE t (id int PRIMARY KEY, v text)", "ALTER TABLE t ALTER v SET STORAGE EXTERNAL");
            sides.source()
                    .execute(
                            "INSERT INTO t SELECT n, 'small' FROM generate_series(1, 10) AS n",
                            "INSERT INTO t VALUES (11, repeat('0123456789', 50 * 1024 * 1024))");
            Settings settings = sides.settings().existingSchema().with("verify", "{ level: bounds }");
            try (DaemonProcess run = DaemonProcess.start(
                    Map.of("JAVA_TOOL_OPTIONS", "-Xmx128m"),
                    "-c",
                    settings.file().toString(),
                    "run",
                    "--copy-only")) {
                assertThat(run.awaitExit(LIMIT.multipliedBy(3))).as(run.tails()).isZero();
            }
            assertThat(sides.target().number("SELECT length(v) FROM t WHERE id = 11"))
                    .isEqualTo(500 * 1024 * 1024);
            assertThat(sides.target().text("SELECT md5(v) FROM t WHERE id = 11"))
                    .isEqualTo(sides.source().text("SELECT md5(v) FROM t WHERE id = 11"));
        }
    }

    private static Settings ranges(Sides sides, String capture, int jobs) {
        return sides.settings()
                .existingSchema()
                .with("capture", capture)
                .with("copy", "{ jobs: " + jobs + ", split_size: 1MB }");
    }

    private static long ranges(Sides sides, String table, boolean byPages) throws SQLException {
        return sides.target()
                .number(
                        "SELECT count(*) FROM replicator.copy_range WHERE table_name = ? AND by_page = ?",
                        table,
                        byPages);
    }

    private static long ranges(Sides sides, String table) throws SQLException {
        return ranges(sides, table, true) + ranges(sides, table, false);
    }
}
