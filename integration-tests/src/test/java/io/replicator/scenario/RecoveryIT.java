package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cli.demo.PostgresServer;
import io.replicator.cli.demo.WriterOptions;
import io.replicator.cli.demo.WriterReport;
import io.replicator.cli.demo.Writers;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Dataset;
import io.replicator.testkit.FaultProxy;
import io.replicator.testkit.Servers;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.SQLException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Servers that crash and connections that break; the daemon goes on by itself. */
class RecoveryIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final long seed = ThreadLocalRandom.current().nextInt(1_000_000);
    private final SplittableRandom random = new SplittableRandom(seed);

    /** What the target lost of its last commits is sent again. */
    @Test
    void survivesCrashesOfTheTarget() throws SQLException {
        try (PostgresServer server = Servers.own(17);
                Sides sides = Sides.between(Servers.source(17), Servers.database(server))) {
            streamThroughCrashes(sides, server);
        }
    }

    @Test
    void survivesCrashesOfTheSource() throws SQLException {
        try (PostgresServer server = Servers.own(17);
                Sides sides = Sides.between(Servers.database(server), Servers.target(18))) {
            streamThroughCrashes(sides, server);
        }
    }

    private void streamThroughCrashes(Sides sides, PostgresServer server) throws SQLException {
        System.out.println("seed " + seed);
        fill(sides);
        try (Writers writers = writers(sides);
                Daemon daemon = Daemon.streaming(sides.settings().existingSchema())) {
            for (int crash = 0; crash < 2; crash++) {
                writers.awaitCommits(random.nextInt(10, 80), LIMIT);
                server.kill();
                server.start();
            }
            writers.awaitCommits(50, LIMIT);
            assertEqual(sides, writers, daemon);
        }
    }

    @Test
    void survivesConnectionsThatBreakInTheCopyAndInTheStream() throws SQLException {
        System.out.println("seed " + seed);
        try (Sides sides = Sides.of(17, 18);
                FaultProxy toSource = FaultProxy.before(sides.source().server().address());
                FaultProxy toTarget = FaultProxy.before(sides.target().server().address())) {
            fill(sides);
            toSource.delay(Duration.ofMillis(3));
            toTarget.delay(Duration.ofMillis(3));
            Settings settings = sides.settings()
                    .existingSchema()
                    .source(toSource.url(sides.source()))
                    .target(toTarget.url(sides.target()));
            try (Writers writers = writers(sides);
                    Daemon daemon = Daemon.start(settings)) {
                for (FaultProxy proxy : new FaultProxy[] {toSource, toTarget}) {
                    long copied = copiedTables(sides) + 1;
                    Await.until("another table is copied, seed " + seed, LIMIT, () -> copiedTables(sides) >= copied);
                    proxy.cut();
                }
                daemon.awaitPhase(Phase.STREAMING);
                for (int cut = 0; cut < 4; cut++) {
                    writers.awaitCommits(random.nextInt(1, 60), LIMIT);
                    (random.nextBoolean() ? toSource : toTarget).cut();
                }
                writers.awaitCommits(30, LIMIT);
                assertEqual(sides, writers, daemon);
            }
        }
    }

    private void fill(Sides sides) throws SQLException {
        Dataset.SHOP.fill(sides.source(), seed);
        Dataset.SHOP.createTables(sides.target());
    }

    private Writers writers(Sides sides) throws SQLException {
        return Writers.start(
                sides.source()::url,
                Dataset.SHOP.workload(sides.source()),
                WriterOptions.of(3, seed).atRate(100));
    }

    private static long copiedTables(Sides sides) throws SQLException {
        return sides.target().text("SELECT to_regclass('replicator.table_progress')") == null
                ? 0
                : sides.target().number("SELECT count(*) FROM replicator.table_progress WHERE state = 'copied'");
    }

    private void assertEqual(Sides sides, Writers writers, Daemon daemon) throws SQLException {
        WriterReport report = writers.stop(LIMIT);
        assertThat(report.violations()).as("seed %s", seed).isEmpty();
        assertThat(report.errors().keySet())
                .as("seed %s: %s", seed, writers.errorMessages())
                .isSubsetOf("40P01", "40001");
        sides.assertEqualRows();
        assertThat(daemon.isAlive()).as("seed %s: %s", seed, daemon).isTrue();
        Await.until(
                "the migration streams, seed " + seed,
                LIMIT,
                () -> Phase.STREAMING.word().equals(daemon.replicator().status().phase()));
    }
}
