package io.replicator.scenario;

import static io.replicator.scenario.ResyncScene.LEFT;
import static io.replicator.scenario.ResyncScene.LIMIT;
import static io.replicator.scenario.ResyncScene.OTHER;
import static io.replicator.scenario.ResyncScene.TABLE;
import static io.replicator.scenario.ResyncScene.assertJoined;
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
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.DaemonProcess;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import io.replicator.verify.VerificationReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** {@code replicator resync} beside a running stream, where something is in its way or breaks. */
class ResyncFaultsIT {
    /** Keys wait in a session that may have nothing to do for as long as the copy takes. */
    @Test
    void itsSessionsOutliveTheTimeoutsOfTheDatabases() throws Exception {
        try (Sides sides = Sides.of(17, 17)) {
            createTables(sides);
            for (TestDatabase database : List.of(sides.source(), sides.target())) {
                database.execute(
                        "ALTER DATABASE " + database.name() + " SET idle_session_timeout = '2s'",
                        "ALTER DATABASE " + database.name() + " SET transaction_timeout = '2s'");
            }
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 1, split_size: 1MB }"))) {
                daemon.replicator().throttle(1 << 20);
                daemon.replicator().resync(List.of("t"));
                assertJoined(daemon, sides);
                assertThat(daemon.toString()).doesNotContain(LEFT).doesNotContain("failed");
            }
        }
    }

    @Test
    void isNotBegunForARequestThatWasGivenUp() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            createTables(sides);
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 2, split_size: 1MB }"));
                    Connection holding = sides.target().connection()) {
                daemon.replicator().throttle(512 << 10);
                holdLanes(sides, holding);
                Thread asking =
                        Thread.ofPlatform().unstarted(() -> daemon.replicator().resync(List.of("t")));
                asking.setUncaughtExceptionHandler((_, _) -> {});
                asking.start();
                Await.until("the daemon has the request", LIMIT, () -> requests(sides, "resync", "running") == 1);
                asking.interrupt();
                Await.until("the request was given up", LIMIT, () -> requests(sides, "resync", "failed") == 1);
                CompletableFuture<VerificationReport> compared = CompletableFuture.supplyAsync(
                        () -> daemon.replicator().verify(VerifyLevel.COUNTS, TableFilter.ALL));
                Await.until("the daemon compares", LIMIT, () -> requests(sides, "verify", "running") == 1);
                holding.commit();
                assertThat(compared.get(LIMIT.toSeconds(), TimeUnit.SECONDS).equal())
                        .isTrue();
                assertThat(sides.target().number("SELECT count(*) FROM replicator.table_progress WHERE joining"))
                        .isZero();
                assertThat(sides.target().number("SELECT count(*) FROM t")).isEqualTo(RowStorm.ROWS);
            }
        }
    }

    private static long requests(Sides sides, String kind, String state) throws SQLException {
        return sides.target()
                .number("SELECT count(*) FROM replicator.request WHERE kind = ? AND state = ?", kind, state);
    }

    /** Keeps a lane from applying a change of the table that the holding transaction has locked. */
    private static void holdLanes(Sides sides, Connection holding) throws SQLException {
        holding.setAutoCommit(false);
        try (Statement statement = holding.createStatement()) {
            statement.execute("LOCK TABLE other IN SHARE MODE");
        }
        sides.source().execute("INSERT INTO other VALUES (0)");
        Await.until("a lane waits for the lock", LIMIT, () -> waitingLanes(sides, "other") > 0);
    }

    private static long waitingLanes(Sides sides, String table) throws SQLException {
        return sides.target()
                .number(
                        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                                + " WHERE relation = to_regclass(?) AND NOT granted"
                                + " AND application_name LIKE 'replicator lane%'",
                        table);
    }

    @Test
    void isRefusedWhereNoSlotIsFree() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            createTables(sides);
            try (Daemon daemon = Daemon.streaming(settings(sides))) {
                try {
                    sides.source()
                            .execute("SELECT pg_create_physical_replication_slot('spare_' || n) FROM generate_series(1,"
                                    + " current_setting('max_replication_slots')::int"
                                    + " - (SELECT count(*)::int FROM pg_replication_slots)) AS n");
                    assertThatThrownBy(() -> daemon.replicator().resync(List.of("t")))
                            .hasMessageContaining("max_replication_slots");
                } finally {
                    sides.source()
                            .execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                                    + " WHERE slot_name LIKE 'spare%'");
                }
                assertThat(sides.target().number("SELECT count(*) FROM t")).isEqualTo(RowStorm.ROWS);
                daemon.replicator().resync(List.of("t"));
                assertJoined(daemon, sides);
            }
        }
    }

    /** The target commits that t streams again, and the connection breaks before it says so. */
    @Test
    void losesNothingWhenItIsUnknownWhetherTablesJoined() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            createTables(sides);
            Settings settings = settings(sides);
            try (Replicator asked = new Replicator(settings.config());
                    Connection holding = sides.target().connection();
                    Statement statement = holding.createStatement()) {
                try (DaemonProcess daemon = run(settings)) {
                    awaitStreaming(asked, daemon);
                    sides.target()
                            .execute(
                                    "CREATE FUNCTION waits() RETURNS trigger LANGUAGE plpgsql AS"
                                            + " 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END'",
                                    "CREATE TRIGGER waits BEFORE UPDATE ON replicator.table_progress FOR EACH ROW"
                                            + " WHEN (OLD.joining AND NOT NEW.joining) EXECUTE FUNCTION waits()");
                    statement.execute("SELECT pg_advisory_lock(7)");
                    asked.resync(List.of("t"));
                    Await.until("t is about to join", LIMIT, () -> controlWaits(sides, "Lock"));
                    holding.setAutoCommit(false);
                    statement.execute("LOCK TABLE t IN SHARE MODE");
                    sides.source().execute("UPDATE t SET v = 1 WHERE id % 7 = 0", "INSERT INTO other VALUES (1)");
                    loseAnswer(sides, statement);
                    Await.until(
                            "the stream goes on",
                            LIMIT,
                            () -> waitingLanes(sides, "t") > 0
                                    || sides.target().number("SELECT count(*) FROM other") == 1);
                    daemon.kill();
                    holding.commit();
                }
                try (DaemonProcess daemon = run(settings)) {
                    awaitStreaming(asked, daemon);
                    awaitOther(sides, 2);
                    sides.awaitEqualRows(LIMIT);
                }
            }
        }
    }

    /** A commit that waits for a standby has happened, but a terminated session does not learn of it. */
    private static void loseAnswer(Sides sides, Statement holding) throws SQLException {
        CompletableFuture<Void> probe;
        try {
            sides.target().execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()");
            probe = CompletableFuture.runAsync(() -> createTable(sides, "probe"));
            Await.until(
                    "commits wait for a standby",
                    LIMIT,
                    () -> probe.isDone()
                            || sides.target()
                                            .number("SELECT count(*) FROM pg_stat_activity"
                                                    + " WHERE datname = current_database() AND wait_event = 'SyncRep'"
                                                    + " AND query LIKE 'CREATE TABLE probe%'")
                                    > 0);
            holding.execute("SELECT pg_advisory_unlock(7)");
            Await.until("the commit waits for a standby", LIMIT, () -> controlWaits(sides, "IPC"));
            sides.target()
                    .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE datname = current_database() AND application_name = 'replicator control'");
        } finally {
            sides.target().execute("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()");
        }
        probe.join();
        sides.target().execute("DROP TABLE probe");
    }

    private static void createTable(Sides sides, String table) {
        try {
            sides.target().execute("CREATE TABLE " + table + " (id int)");
        } catch (SQLException e) {
            throw new IllegalStateException("creating table " + table, e);
        }
    }

    private static boolean controlWaits(Sides sides, String type) throws SQLException {
        return sides.target()
                        .number(
                                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                        + " AND application_name = 'replicator control' AND wait_event_type = ?",
                                type)
                == 1;
    }

    /** A table of the target may take long to be emptied, and cannot be while somebody else has it locked. */
    @Test
    void makesWayForAPauseWhileATableIsEmptied() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            createTables(sides);
            try (Daemon daemon = Daemon.streaming(settings(sides));
                    Connection holding = sides.target().connection();
                    Statement statement = holding.createStatement()) {
                holding.setAutoCommit(false);
                statement.execute("LOCK TABLE t IN SHARE MODE");
                daemon.replicator().resync(List.of("t"));
                Await.until(
                        "the table waits to be emptied",
                        LIMIT,
                        () -> sides.target()
                                        .number("SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass"
                                                + " AND NOT granted")
                                > 0);
                daemon.replicator().pause();
                assertThat(daemon.replicator().status().phase()).isEqualTo(Phase.PAUSED.word());
                holding.commit();
                daemon.replicator().resume();
                assertJoined(daemon, sides);
                assertThat(daemon.toString()).doesNotContain(LEFT);
            }
        }
    }

    /** What fails for a moment must not make the stream of all tables wait for a whole copy. */
    @Test
    void triesAgainAfterAPause() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            createTables(sides);
            try (Daemon daemon = Daemon.streaming(settings(sides))) {
                sides.target().execute("ALTER TABLE t ADD CONSTRAINT none CHECK (id < 0) NOT VALID");
                daemon.replicator().resync(List.of("t"));
                daemon.awaitTold("copying tables beside the stream failed");
                sides.target().execute("ALTER TABLE t DROP CONSTRAINT none");
                assertJoined(daemon, sides);
                assertThat(daemon.toString()).doesNotContain(LEFT);
            }
        }
    }

    @Test
    void namesTheTableThatIsMissingOnTheTarget() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE, OTHER);
            try (Daemon daemon = Daemon.streaming(settings(sides))) {
                sides.target().execute("DROP TABLE t");
                daemon.replicator().resync(List.of("t"));
                ReplicatorException failure = daemon.awaitFailure();
                assertThat(failure.code()).isEqualTo(ErrorCode.TABLE_MISSING);
                assertThat(failure).hasMessageContaining("public.t");
            }
        }
    }
}
