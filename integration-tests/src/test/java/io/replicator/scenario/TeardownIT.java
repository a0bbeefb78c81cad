package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.TeardownReport;
import io.replicator.cli.demo.Sql;
import io.replicator.cutover.CutoverOptions;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a teardown leaves behind. */
class TeardownIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int READ_MILLIS = 20_000;
    private static final String ROWS_OF = """
            SELECT count(*) FROM (
                SELECT migration FROM replicator.lane UNION ALL SELECT migration FROM replicator.table_progress
                UNION ALL SELECT migration FROM replicator.lane_counter UNION ALL SELECT migration FROM replicator.status
                UNION ALL SELECT name FROM replicator.migration) r WHERE migration = ?""";

    @Test
    void leavesTheRowsOfAnotherMigrationIntoTheSameTarget() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute("CREATE TABLE shop (id integer PRIMARY KEY)");
            Settings settings = sides.settings().existingSchema();
            try (Daemon _ = Daemon.streaming(settings)) {
                sides.source().execute("INSERT INTO shop VALUES (1)");
                sides.assertEqualRows();
                sides.target()
                        .execute("INSERT INTO replicator.migration SELECT (m).* FROM (SELECT jsonb_populate_record("
                                + "m, '{\"name\": \"other\"}') AS m FROM replicator.migration m) AS copied");
            }
            try (Replicator replicator = new Replicator(settings.config())) {
                replicator.teardown(false);
            }
            assertThat(sides.target().number(ROWS_OF, settings.name())).isZero();
            assertThat(sides.target().number(ROWS_OF, "other")).isEqualTo(1);
        }
    }

    /** Who goes back to the old source tears down while others read there. */
    @Test
    void letsOthersReadWhileItWaitsForAReader() throws Exception {
        try (Sides sides = Sides.of(17, 18);
                Connection report = sides.source().connection();
                Connection reader = sides.source().connection()) {
            sides.execute("CREATE TABLE shop (id integer PRIMARY KEY)");
            Settings settings = sides.settings().existingSchema();
            try (Daemon daemon = Daemon.streaming(settings)) {
                assertThat(daemon.replicator()
                                .cutover(new CutoverOptions(LIMIT, false), _ -> {})
                                .switched())
                        .as("%s", daemon)
                        .isTrue();
                daemon.awaitEnd();
            }
            report.setAutoCommit(false);
            Sql.number(report, "SELECT count(*) FROM shop");
            try (Replicator replicator = new Replicator(settings.config())) {
                CompletableFuture<TeardownReport> teardown =
                        CompletableFuture.supplyAsync(() -> replicator.teardown(false));
                Await.until(
                        "the teardown waits for the report",
                        LIMIT,
                        () -> sides.source()
                                        .number("SELECT count(*) FROM pg_locks WHERE NOT granted"
                                                + " AND relation = 'shop'::regclass")
                                > 0);
                reader.setNetworkTimeout(Runnable::run, READ_MILLIS);
                assertThat(Sql.number(reader, "SELECT count(*) FROM shop")).isZero();
                assertThat(teardown).isNotDone();
                report.rollback();
                teardown.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            }
            sides.source().execute("INSERT INTO shop VALUES (1)");
        }
    }
}
