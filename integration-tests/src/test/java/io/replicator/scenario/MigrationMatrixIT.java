package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.replicator.cli.demo.ComparisonOptions;
import io.replicator.cli.demo.Ledger;
import io.replicator.cli.demo.WriterOptions;
import io.replicator.cli.demo.WriterReport;
import io.replicator.cli.demo.Writers;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyLevel;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.postgres.PostgresTools;
import io.replicator.progress.Phase;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Dataset;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.verify.VerificationReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole migrations between majors while the application writes, from the first row to the switch. */
class MigrationMatrixIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final CutoverOptions CUTOVER = new CutoverOptions(Duration.ofSeconds(20), false);

    private final long seed = ThreadLocalRandom.current().nextInt(1_000_000);

    @ParameterizedTest(name = "{0} from {1} to {2}, schema: {3}")
    @CsvSource({
        "CHINOOK, 13, 17, copy",
        "SHOP, 13, 17, copy",
        "CHINOOK, 15, 18, copy",
        "SHOP, 15, 18, copy",
        "CHINOOK, 17, 17, existing",
        "SHOP, 17, 17, existing",
        "CHINOOK, 18, 18, existing",
        "SHOP, 18, 18, existing"
    })
    void bothSidesAreEqualAfterTheSwitch(Dataset dataset, int sourceMajor, int targetMajor, String schema)
            throws SQLException {
        System.out.println("seed " + seed);
        if (schema.equals("copy")) {
            requireClientTools(sourceMajor);
        }
        try (Sides sides = Sides.of(sourceMajor, targetMajor)) {
            dataset.fill(sides.source(), seed);
            if (schema.equals("existing")) {
                dataset.createTables(sides.target());
            }
            Settings settings = sides.settings().with("schema", schema);
            try (Writers writers = Writers.start(
                            sides.source()::url,
                            dataset.workload(sides.source()),
                            WriterOptions.of(3, seed).atRate(80).stoppingWhenRefused());
                    Daemon daemon = Daemon.streaming(settings)) {
                writers.awaitCommits(80, LIMIT);
                assertVerified(daemon);
                switchOver(daemon);
                assertWritersWereOnlyRefused(sides, writers);
            }
            sides.compare(ComparisonOptions.afterCutover()).assertEqual();
        }
    }

    private static void requireClientTools(int sourceMajor) {
        assumeTrue(
                PostgresTools.find(null)
                        .filter(tools -> tools.major() >= sourceMajor)
                        .isPresent(),
                "skipped: pg_dump and pg_restore " + sourceMajor + " or newer are not installed");
    }

    private void assertVerified(Daemon daemon) {
        VerificationReport report = daemon.replicator().verify(VerifyLevel.CHECKSUM, TableFilter.ALL);
        assertThat(report.notComparable()).as("seed %s", seed).isNull();
        assertThat(report.tables()).isNotEmpty();
        assertThat(report.equal()).as("seed %s: %s", seed, report).isTrue();
    }

    private void switchOver(Daemon daemon) {
        CutoverResult result = daemon.replicator().cutover(CUTOVER, _ -> {});
        assertThat(result.switched()).as("seed %s: %s", seed, result).isTrue();
        assertThat(result.failedStep()).as("seed %s: %s", seed, result).isNull();
        daemon.awaitEnd();
        assertThat(daemon.failure()).isNull();
        assertThat(daemon.replicator().status().phase()).isEqualTo(Phase.SWITCHED.word());
    }

    /** No writer saw another error than its own conflicts with the others, and the target holds each commit once. */
    private void assertWritersWereOnlyRefused(Sides sides, Writers writers) throws SQLException {
        WriterReport report = writers.stop(LIMIT);
        assertThat(report.refused()).as("seed %s", seed).isPositive();
        assertThat(report.errors())
                .as("seed %s: %s", seed, writers.errorMessages())
                .satisfies(errors -> assertThat(errors.keySet()).isSubsetOf("40P01", "40001"));
        assertThat(report.connectionLosses()).as("seed %s", seed).isZero();
        assertThat(report.violations()).as("seed %s", seed).isEmpty();
        assertThat(report.undecided()).as("seed %s", seed).isZero();
        try (Connection target = sides.target().connection()) {
            assertThat(Ledger.total(target)).as("seed %s", seed).isEqualTo(report.committed());
        }
    }
}
