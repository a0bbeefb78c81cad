package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.replicator.cli.demo.ComparisonOptions;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.PostgresTools;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.DaemonProcess;
import io.replicator.testkit.Dataset;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@code run --copy-only}: what dump and restore do, with proof. */
class CopyOnlyIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void copiesEverythingAndLeavesTheSourceAlone() throws SQLException {
        assumeTrue(
                PostgresTools.find(null).filter(tools -> tools.major() >= 15).isPresent(),
                "skipped: pg_dump and pg_restore 15 or newer are not installed");
        try (Sides sides = Sides.of(15, 17)) {
            Dataset.CHINOOK.fill(sides.source(), 1);
            sides.source()
                    .execute(
                            "CREATE TABLE serials (id bigserial PRIMARY KEY, v text UNIQUE)",
                            "INSERT INTO serials (v) SELECT n::text FROM generate_series(1, 5000) AS n",
                            "CREATE MATERIALIZED VIEW total AS SELECT count(*) FROM serials",
                            "CREATE ROLE reader_" + sides.source().name() + " LOGIN",
                            "GRANT pg_read_all_data TO reader_" + sides.source().name());
            Settings settings = sides.settings()
                    .source(sides.source().as("reader_" + sides.source().name()).url());
            try (DaemonProcess run = DaemonProcess.start("-c", settings.file().toString(), "run", "--copy-only")) {
                assertThat(run.awaitExit(LIMIT)).as(run.tails()).isZero();
            }
            assertThat(sides.source().number("SELECT count(*) FROM pg_namespace WHERE nspname = 'replicator'"))
                    .isZero();
            assertThat(sides.source()
                            .number("SELECT count(*) FROM pg_replication_slots WHERE database = "
                                    + "current_database()"))
                    .isZero();
            assertThat(sides.target().number("SELECT nextval('serials_id_seq')"))
                    .isGreaterThan(5000);
            sides.compare(ComparisonOptions.afterCutover()).assertEqual();
            assertThat(sides.target().number("SELECT count FROM total")).isEqualTo(5000);
            assertThat(sides.target().text("SELECT phase FROM replicator.migration"))
                    .isEqualTo(Phase.FINISHED.word());
            try (Daemon streaming = Daemon.start(settings)) {
                assertThat(streaming.awaitFailure().code()).isEqualTo(ErrorCode.STATE_MISMATCH);
            }
            sides.source().execute("DROP ROLE reader_" + sides.source().name());
        }
    }

    /** The rows of a table that was finished before the daemon ended are older than those of the others. */
    @Test
    void findsWhatWasWrittenBetweenTwoRuns() throws SQLException {
        try (Sides sides = Sides.of(15, 17);
                Connection session = sides.target().connection();
                Statement statement = session.createStatement()) {
            sides.execute(
                    "CREATE TABLE early (id int PRIMARY KEY, v text)",
                    "CREATE TABLE late (id int PRIMARY KEY, v text)");
            sides.source()
                    .execute(
                            "INSERT INTO early SELECT n, repeat('x', 100) FROM generate_series(1, 20000) AS n",
                            "INSERT INTO late SELECT n, 'v' FROM generate_series(1, 100) AS n");
            Settings settings = sides.settings().existingSchema();
            session.setAutoCommit(false);
            statement.execute("LOCK TABLE late IN SHARE MODE");
            try (Daemon daemon = Daemon.copyOnly(settings)) {
                Await.until(
                        "table early is copied",
                        LIMIT,
                        () -> sides.target().text("SELECT to_regclass('replicator.table_progress')") != null
                                && sides.target()
                                                .number("SELECT count(*) FROM replicator.table_progress WHERE state ="
                                                        + " 'copied'")
                                        > 0);
                statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                        + " AND datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'");
                daemon.replicator().stop();
                session.rollback();
                daemon.awaitEnd();
            }
            sides.source().execute("DELETE FROM early WHERE id = 7");
            assertThat(copy(settings)).isEqualTo("different");
            assertThat(sides.target().text("SELECT failure FROM replicator.migration"))
                    .contains("early")
                    .contains("19999");
            sides.source().execute("INSERT INTO early VALUES (7, repeat('x', 100))");
            assertThat(copy(settings)).isEqualTo("equal");
            assertThat(sides.target().text("SELECT phase FROM replicator.migration"))
                    .isEqualTo(Phase.FINISHED.word());
        }
    }

    private static String copy(Settings settings) {
        try (Daemon daemon = Daemon.copyOnly(settings)) {
            daemon.awaitEnd();
            assertThat(daemon.failure()).isNull();
            return daemon.replicator().status().verify().state();
        }
    }
}
