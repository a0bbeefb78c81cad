package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cli.demo.Sql;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two daemons for one migration: never do both write. */
class SecondDaemonIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final String SESSIONS = "SELECT sessions FROM pg_stat_database WHERE datname = current_database()";

    private Sides sides;
    private Settings settings;

    @BeforeEach
    void createBothSides() throws SQLException {
        sides = Sides.of(17, 18);
        sides.execute(
                "CREATE TABLE items (id integer PRIMARY KEY, value text)",
                "CREATE TABLE log (line text)",
                "ALTER TABLE log REPLICA IDENTITY FULL");
        settings = sides.settings().existingSchema().with("apply", "{ lanes: 1 }");
    }

    @AfterEach
    void dropBothSides() throws SQLException {
        sides.close();
    }

    @Test
    void refusesTheSecondAndNamesTheFirst() throws SQLException, UnknownHostException {
        try (Daemon first = Daemon.streaming(settings)) {
            try (Daemon second = Daemon.start(settings)) {
                ReplicatorException refusal = second.awaitFailure();
                assertThat(refusal.code()).isEqualTo(ErrorCode.ALREADY_RUNNING);
                assertThat(refusal)
                        .hasMessageContaining(settings.name())
                        .hasMessageContaining(
                                "host " + InetAddress.getLocalHost().getHostName())
                        .hasMessageContaining(
                                "process " + ProcessHandle.current().pid());
            }
            assertThat(first.replicator().status().phase()).isEqualTo(Phase.STREAMING.word());
            sides.source().execute("INSERT INTO items VALUES (1, 'v')");
            sides.assertEqualRows();
        }
    }

    /** Nothing of what the first one has under way is committed, though its connections live. */
    @Test
    void theFirstCannotCommitOnceASecondTookOver() throws SQLException {
        sides.source().execute("INSERT INTO items VALUES (1, 'v')");
        try (Daemon first = Daemon.streaming(settings);
                Connection blocking = sides.target().connection();
                Statement statement = blocking.createStatement()) {
            blocking.setAutoCommit(false);
            statement.execute("SELECT FROM items WHERE id = 1 FOR UPDATE");
            sides.source().execute("BEGIN; INSERT INTO log VALUES ('once'); UPDATE items SET value = 'new'; COMMIT");
            awaitBlockedLanes(1);
            endSession("replicator owner");
            try (Daemon second = Daemon.start(settings)) {
                awaitBlockedLanes(2);
                blocking.rollback();
                ReplicatorException lost = first.awaitFailure();
                assertThat(lost.code()).as(lost::getMessage).isEqualTo(ErrorCode.ALREADY_RUNNING);
                second.awaitPhase(Phase.STREAMING);
                sides.assertEqualRows();
                assertThat(sides.target().number("SELECT count(*) FROM log")).isEqualTo(1);
                assertThat(second.replicator().status().phase()).isEqualTo(Phase.STREAMING.word());
            }
        }
    }

    @Test
    void takesItsLockAgainWhenNobodyTookOver() throws SQLException {
        try (Daemon daemon = Daemon.streaming(settings)) {
            endSession("replicator owner");
            endSession("replicator control");
            sides.source().execute("INSERT INTO items VALUES (1, 'v')");
            sides.assertEqualRows();
            Await.until(
                    "the daemon holds its lock again",
                    LIMIT,
                    () -> daemon.replicator().status().daemon().equals("running"));
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    @Test
    void endsWhenTheMigrationIsGone() throws SQLException {
        try (Daemon daemon = Daemon.streaming(settings)) {
            sides.target().transaction("""
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name LIKE 'replicator%'""", "DROP SCHEMA replicator CASCADE");
            ReplicatorException gone = daemon.awaitFailure();
            assertThat(gone.code()).as(gone::getMessage).isEqualTo(ErrorCode.MIGRATION_MISSING);
            assertThat(sides.target().text("SELECT to_regnamespace('replicator')"))
                    .isNull();
        }
    }

    /** As behind a connection that broke without the server's knowing. */
    @Test
    void waitsForASessionOfItsOwnThatHoldsTheLock() throws Exception {
        try (Daemon daemon = Daemon.streaming(settings);
                Connection lost = sides.target().connection();
                Statement statement = lost.createStatement()) {
            Thread waits = Thread.ofPlatform().daemon().name("takes-the-lock").start(() -> execute(statement, """
                    SELECT pg_advisory_lock(classid::int, objid::bigint::bit(32)::int) FROM pg_locks
                    WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid = 1380274252
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""));
            Await.until(
                    "the lock is asked for",
                    LIMIT,
                    () -> sides.target()
                                    .number(
                                            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                                                    + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
                            == 1);
            endSession("replicator owner");
            endSession("replicator control");
            waits.join();
            long sessions = Sql.number(lost, SESSIONS);
            Await.until("the daemon has tried again", LIMIT, () -> Sql.number(lost, SESSIONS) > sessions + 5);
            assertThat(daemon.isAlive()).as("%s", daemon).isTrue();
            execute(statement, "SELECT pg_advisory_unlock_all()");
            sides.source().execute("INSERT INTO items VALUES (1, 'v')");
            sides.awaitEqualRows();
        }
    }

    private static void execute(Statement statement, String sql) {
        try {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    private void awaitBlockedLanes(int wanted) {
        Await.until(
                wanted + " lanes wait for a lock",
                LIMIT,
                () -> sides.target()
                                .number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                        + " AND application_name = 'replicator lane 0' AND wait_event_type = 'Lock'")
                        == wanted);
    }

    private void endSession(String application) throws SQLException {
        assertThat(sides.target()
                        .number(
                                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                        + " WHERE datname = current_database() AND application_name = ?",
                                application))
                .isEqualTo(1);
    }
}
