package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cli.demo.ComparisonOptions;
import io.replicator.cli.demo.WriterOptions;
import io.replicator.cli.demo.WriterReport;
import io.replicator.cli.demo.Writers;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyLevel;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Dataset;
import io.replicator.testkit.Roles;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import io.replicator.verify.VerificationReport;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Migrations from a source that gives neither a replication role nor WAL. */
class TriggerMigrationIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final long seed = ThreadLocalRandom.current().nextInt(1_000_000);

    /** The plain role may not set session_replication_role, so that foreign keys are dropped and restored. */
    @ParameterizedTest(name = "{0} from {1} to {2}, target role {3}")
    @CsvSource({"SHOP, 15, 17, rds", "SHOP, 13, 18, plain", "CHINOOK, 15, 17, plain"})
    void bothSidesAreEqualAfterTheSwitch(Dataset dataset, int sourceMajor, int targetMajor, String role)
            throws SQLException {
        System.out.println("seed " + seed);
        try (Sides servers = Sides.of(sourceMajor, targetMajor)) {
            dataset.fill(servers.source(), seed);
            dataset.createTables(servers.target());
            long foreignKeys = foreignKeys(servers.target());
            TestDatabase source = Roles.heroku(servers.source());
            TestDatabase target = role.equals("rds") ? Roles.rds(servers.target()) : Roles.plain(servers.target());
            Settings settings = servers.settings()
                    .existingSchema()
                    .source(source.url())
                    .target(target.url())
                    .with("capture", "auto");
            try (Writers writers = Writers.start(
                            source::url,
                            dataset.workload(source),
                            WriterOptions.of(3, seed).atRate(80).stoppingWhenRefused());
                    Daemon daemon = Daemon.streaming(settings)) {
                assertThat(daemon.replicator().status().capture()).isEqualTo("trigger");
                writers.awaitCommits(80, LIMIT);
                VerificationReport report = daemon.replicator().verify(VerifyLevel.CHECKSUM, TableFilter.ALL);
                assertThat(report.equal()).as("seed %s: %s", seed, report).isTrue();
                CutoverResult result =
                        daemon.replicator().cutover(new CutoverOptions(Duration.ofSeconds(20), false), _ -> {});
                assertThat(result.switched()).as("seed %s: %s", seed, result).isTrue();
                daemon.awaitEnd();
                WriterReport written = writers.stop(LIMIT);
                assertThat(written.violations()).as("seed %s", seed).isEmpty();
            }
            servers.compare(ComparisonOptions.afterCutover()).assertEqual();
            assertThat(foreignKeys(servers.target())).isEqualTo(foreignKeys);
        }
    }

    @Test
    void readsATableAgainWhoseTriggersWereToggled() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
            Settings settings = sides.settings().existingSchema().with("capture", "trigger");
            try (Daemon daemon = Daemon.streaming(settings)) {
                sides.source()
                        .execute(
                                "INSERT INTO t SELECT n, 'seen' FROM generate_series(1, 100) AS n",
                                "ALTER TABLE t DISABLE TRIGGER ALL",
                                "INSERT INTO t SELECT n, 'unseen' FROM generate_series(101, 200) AS n",
                                "UPDATE t SET v = 'unseen' WHERE id = 1",
                                "DELETE FROM t WHERE id = 2",
                                "ALTER TABLE t ENABLE TRIGGER ALL");
                sides.awaitEqualRows();
                io.replicator.testkit.Await.until(
                        "the status says so",
                        LIMIT,
                        () -> daemon.replicator().status().tables().stream()
                                .anyMatch(
                                        table -> table.note() != null
                                                && table.note()
                                                        .equals(
                                                                "was read again: its capture triggers were toggled, replaced or dropped")));
            }
        }
    }

    @Test
    void capturesTruncationRewritingSwapsAndKeyChanges() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE, v numeric(10, 2))", "CREATE TABLE k (v text)");
            Settings settings = sides.settings().existingSchema().with("capture", "trigger");
            try (Daemon _ = Daemon.streaming(settings)) {
                sides.source()
                        .execute(
                                "INSERT INTO t SELECT n, n, n FROM generate_series(1, 1000) AS n",
                                "BEGIN; UPDATE t SET u = -1 WHERE id = 1; UPDATE t SET u = 1 WHERE id = 2;"
                                        + " UPDATE t SET u = 2 WHERE id = 1; COMMIT",
                                "UPDATE t SET id = id + 5000 WHERE id <= 10",
                                "INSERT INTO k VALUES ('twice'), ('twice'), (NULL)",
                                "VACUUM FULL t");
                sides.awaitEqualRows();
                sides.source().execute("TRUNCATE t", "INSERT INTO t VALUES (1, 1, 1)", "DELETE FROM k WHERE v IS NULL");
                sides.awaitEqualRows();
            }
        }
    }

    @Test
    void leavesNothingBehindAfterTeardown() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
            Settings settings = sides.settings().existingSchema().with("capture", "trigger");
            try (Daemon daemon = Daemon.streaming(settings)) {
                daemon.stop();
                daemon.awaitEnd();
                assertThat(daemon.replicator().teardown(false).remaining()).isEmpty();
            }
            for (TestDatabase side : new TestDatabase[] {sides.source(), sides.target()}) {
                assertThat(side.number("SELECT count(*) FROM pg_namespace WHERE nspname = 'replicator'"))
                        .isZero();
                assertThat(side.number("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"))
                        .isZero();
            }
        }
    }

    private static long foreignKeys(TestDatabase database) throws SQLException {
        return database.number("SELECT count(*) FROM pg_constraint WHERE contype = 'f'");
    }
}
