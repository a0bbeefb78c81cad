package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Source transactions larger than the memory for changes. */
class LargeTransactionIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Sides sides;
    private Settings settings;

    @BeforeEach
    void createBothSides() throws SQLException {
        sides = Sides.of(17, 18);
        sides.execute(
                "CREATE TABLE narrow (id integer PRIMARY KEY, value integer)",
                "CREATE TABLE wide (id integer PRIMARY KEY, value text)",
                "ALTER TABLE wide ALTER value SET STORAGE EXTERNAL");
        settings = sides.settings().existingSchema().with("apply", "{ memory: 16MB }");
    }

    @AfterEach
    void dropBothSides() throws SQLException {
        sides.close();
    }

    @Test
    void appliesManyRowsInPieces() throws SQLException {
        try (Daemon _ = Daemon.streaming(settings)) {
            transaction(
                    "INSERT INTO narrow SELECT n, n FROM generate_series(1, 150000) AS n",
                    "UPDATE narrow SET value = -value WHERE id % 2 = 0",
                    "DELETE FROM narrow WHERE id % 2 = 1");
            sides.assertEqualRows();
            assertThat(sides.target().number("SELECT count(*) FROM narrow")).isEqualTo(75_000);
        }
    }

    @Test
    void appliesWideRowsInPieces() throws SQLException {
        try (Daemon _ = Daemon.streaming(settings)) {
            transaction("INSERT INTO wide SELECT n, repeat('w', 4000) FROM generate_series(1, 10000) AS n");
            sides.assertEqualRows();
        }
    }

    @Test
    void passesOverWhatTheBulkLoadHolds() throws SQLException {
        source("INSERT INTO wide SELECT n, 'old' FROM generate_series(1, 100) AS n");
        try (Connection session = sides.target().connection();
                Statement statement = session.createStatement();
                Daemon daemon = Daemon.start(heldBackBy(session, statement))) {
            daemon.awaitPhase(Phase.COPYING);
            Await.until(
                    "the copy of wide waits for the lock",
                    LIMIT,
                    () -> sides.target()
                                    .number("SELECT count(*) FROM pg_locks WHERE relation = 'wide'::regclass AND NOT"
                                            + " granted")
                            > 0);
            transaction(
                    "TRUNCATE wide",
                    "INSERT INTO wide SELECT n, repeat('w', 4000) FROM generate_series(1, 10000) AS n");
            session.commit();
            daemon.awaitPhase(Phase.STREAMING);
            sides.assertEqualRows();
        }
    }

    private Settings heldBackBy(Connection session, Statement statement) throws SQLException {
        session.setAutoCommit(false);
        statement.execute("LOCK TABLE wide IN SHARE MODE");
        return settings;
    }

    private void source(String... statements) throws SQLException {
        sides.source().execute(statements);
    }

    private void transaction(String... statements) throws SQLException {
        sides.source().transaction(statements);
    }
}
