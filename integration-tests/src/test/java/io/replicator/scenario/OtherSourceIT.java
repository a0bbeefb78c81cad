package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Servers;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A configuration that points at another server than the one the migration began on, by mistake or by a failover. */
class OtherSourceIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String TABLE = "CREATE TABLE items (id integer PRIMARY KEY, value text)";

    private Sides sides;
    private Settings settings;
    private TestDatabase other;

    @BeforeEach
    void createBothSides() throws SQLException {
        sides = Sides.of(17, 18);
        sides.execute(TABLE);
        sides.source().execute("INSERT INTO items SELECT n, 'v' FROM generate_series(1, 10) AS n");
        settings = sides.settings().existingSchema();
        other = Servers.source(18);
        other.execute(TABLE, "INSERT INTO items VALUES (1, 'of another source')");
    }

    @AfterEach
    void dropBothSides() throws SQLException {
        other.drop();
        sides.close();
    }

    @Test
    void isNotStreamedFrom() throws SQLException {
        try (Daemon _ = Daemon.streaming(settings)) {
            sides.awaitApplied();
        }
        assertRefused(Phase.STREAMING);
        try (Daemon _ = Daemon.streaming(settings)) {
            sides.source().execute("UPDATE items SET value = 'new'");
            sides.assertEqualRows();
        }
    }

    @Test
    void isNotCopiedFrom() throws SQLException {
        try (Connection session = sides.target().connection();
                Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute("LOCK TABLE items IN SHARE MODE");
            try (Daemon daemon = Daemon.start(settings)) {
                Await.until(
                        "the copy of items waits for the lock",
                        LIMIT,
                        () -> ofCopyingSessions("wait_event_type = 'Lock'") > 0);
                daemon.replicator().stop();
                ofCopyingSessions("pg_terminate_backend(pid)");
                daemon.awaitEnd();
            }
        }
        assertRefused(Phase.COPYING);
        assertThat(sides.target().number("SELECT count(*) FROM items")).isZero();
        try (Daemon _ = Daemon.streaming(settings)) {
            sides.assertEqualRows();
        }
    }

    private long ofCopyingSessions(String expression) throws SQLException {
        return sides.target()
                .number("SELECT count(*) FILTER (WHERE " + expression + ") FROM pg_stat_activity"
                        + " WHERE application_name = 'replicator copy' AND datname = current_database()");
    }

    private void assertRefused(Phase interrupted) {
        try (Daemon daemon = Daemon.start(settings.source(other.url()))) {
            ReplicatorException failure = daemon.awaitFailure();
            assertThat(failure.code()).as(failure::getMessage).isEqualTo(ErrorCode.SOURCE_CHANGED);
            assertThat(failure).hasMessageContaining(other.name());
            StatusReport status = daemon.replicator().status();
            assertThat(status.phase()).isEqualTo(Phase.FAILED.word());
            assertThat(status.interruptedPhase()).isEqualTo(interrupted.word());
            assertThat(status.error()).contains(other.name());
        }
    }
}
