package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.Replicator;
import io.replicator.cli.demo.ComparisonOptions;
import io.replicator.cli.demo.WriterOptions;
import io.replicator.cli.demo.WriterReport;
import io.replicator.cli.demo.Writers;
import io.replicator.cutover.CutoverOptions;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.DaemonProcess;
import io.replicator.testkit.Dataset;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Daemons that die by SIGKILL. */
class CrashIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final long seed = ThreadLocalRandom.current().nextInt(1_000_000);

    @ParameterizedTest
    @ValueSource(strings = {"wal", "trigger"})
    void goesOnAfterDyingInTheCopyAndInTheStream(String capture) throws SQLException {
        System.out.println("seed " + seed);
        try (Sides sides = Sides.of(15, 17)) {
            Dataset.SHOP.fill(sides.source(), seed);
            Dataset.SHOP.createTables(sides.target());
            Settings settings = sides.settings()
                    .existingSchema()
                    .with("capture", capture)
                    .with("copy", "{ jobs: 2, split_size: 1MB }");
            try (Replicator asked = new Replicator(settings.config());
                    Writers writers = Writers.start(
                            sides.source()::url,
                            Dataset.SHOP.workload(sides.source()),
                            WriterOptions.of(3, seed).atRate(60))) {
                dieInTheCopy(sides, settings);
                SplittableRandom random = new SplittableRandom(seed);
                for (int death = 0; death < 3; death++) {
                    try (DaemonProcess daemon = run(settings)) {
                        awaitPhase(asked, Phase.STREAMING, daemon);
                        writers.awaitCommits(random.nextInt(10, 100), LIMIT);
                        daemon.kill();
                    }
                }
                try (DaemonProcess daemon = run(settings)) {
                    awaitPhase(asked, Phase.STREAMING, daemon);
                    WriterReport report = writers.stop(LIMIT);
                    assertThat(report.violations()).as("seed %s", seed).isEmpty();
                    sides.awaitEqualRows(LIMIT);
                }
            }
        }
    }

    @Test
    void goesOnAfterDyingWhileItReadsABacklogBySql() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute("CREATE TABLE late (id int PRIMARY KEY)");
            Settings settings = small(sides).with("capture", "wal").with("apply", "{ memory: 16MB }");
            try (Replicator asked = new Replicator(settings.config())) {
                try (DaemonProcess daemon = run(settings)) {
                    awaitPhase(asked, Phase.STREAMING, daemon);
                }
                sides.source().execute("""
                        DO $$ BEGIN FOR i IN 1..1000 LOOP
                            INSERT INTO t SELECT i * 1000 + n, 'inserted' FROM generate_series(1, 200) AS n;
                            UPDATE t SET v = v || 'x' WHERE id % 7 = 0 AND id > i * 1000 - 500;
                            DELETE FROM t WHERE id BETWEEN i * 1000 AND i * 1000 + 20;
                            INSERT INTO late SELECT i WHERE i > 300;
                            COMMIT;
                        END LOOP; END $$""");
                dieInTheBacklog(sides, settings);
                try (DaemonProcess daemon = run(settings)) {
                    awaitPhase(asked, Phase.STREAMING, daemon);
                    sides.assertEqualRows();
                }
            }
        }
    }

    /** A lock on the target keeps the backlog from being read to its end. */
    private static void dieInTheBacklog(Sides sides, Settings settings) throws SQLException {
        try (Connection session = sides.target().connection();
                Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute("LOCK TABLE late IN SHARE MODE");
            try (DaemonProcess daemon = run(settings)) {
                Await.until(
                        "a lane waits for the lock",
                        LIMIT,
                        () -> sides.target()
                                        .number("SELECT count(*) FROM pg_locks WHERE NOT granted"
                                                + " AND relation = 'late'::regclass")
                                > 0);
                assertThat(sides.source()
                                .number("SELECT count(*) FROM pg_replication_slots"
                                        + " WHERE temporary AND database = current_database()"))
                        .as("copies of the slot: %s", daemon.tails())
                        .isBetween(1L, 2L);
                daemon.kill();
            }
            session.rollback();
        }
    }

    /** A lock on the target keeps the copy from ending before the daemon dies in it. */
    private void dieInTheCopy(Sides sides, Settings settings) throws SQLException {
        try (Connection session = sides.target().connection();
                Statement statement = session.createStatement();
                DaemonProcess daemon = run(settings)) {
            session.setAutoCommit(false);
            statement.execute("LOCK TABLE orders IN SHARE MODE");
            Await.until(
                    "the copy of orders waits for the lock",
                    LIMIT,
                    () -> sides.target()
                                    .number("SELECT count(*) FROM pg_locks WHERE relation = 'orders'::regclass AND NOT"
                                            + " granted")
                            > 0);
            daemon.kill();
            session.rollback();
        }
    }

    @Test
    void completesASwitchWhoseGateHadMoved() throws SQLException, IOException {
        Path died = Files.createTempDirectory("replicator-crash-").resolve("died");
        try (Sides sides = Sides.of(15, 17)) {
            Settings settings = small(sides)
                    .with(
                            "cutover",
                            "{ hooks: { switch: ['[ -e " + died + " ] && touch " + died + ".again || { touch " + died
                                    + "; kill -9 $PPID; }'] } }");
            try (Replicator asked = new Replicator(settings.config())) {
                try (DaemonProcess daemon = run(settings)) {
                    awaitPhase(asked, Phase.STREAMING, daemon);
                    assertThatThrownBy(() -> asked.cutover(new CutoverOptions(Duration.ofSeconds(20), false), _ -> {}))
                            .isInstanceOfSatisfying(
                                    ReplicatorException.class,
                                    failure -> assertThat(failure.code()).isEqualTo(ErrorCode.DAEMON_DOWN));
                }
                assertThat(asked.status().phase()).isEqualTo(Phase.CUTTING_OVER.word());
                try (DaemonProcess daemon = run(settings)) {
                    assertThat(daemon.awaitExit(LIMIT)).as(daemon.tails()).isZero();
                }
                assertThat(asked.status().phase()).isEqualTo(Phase.SWITCHED.word());
            }
            assertThat(Path.of(died + ".again")).exists();
            sides.compare(ComparisonOptions.afterCutover()).assertEqual();
        } finally {
            Files.deleteIfExists(Path.of(died + ".again"));
            Files.deleteIfExists(died);
            Files.deleteIfExists(died.getParent());
        }
    }

    /** A gate that moved in an earlier cutover, which was undone all the same, says nothing of this one. */
    @ParameterizedTest(name = "an earlier one moved: {0}")
    @ValueSource(booleans = {false, true})
    void undoesACutoverWhoseGateIsOpen(boolean movedBefore) throws Exception {
        Path directory = Files.createTempDirectory("replicator-crash-");
        Path aborted = directory.resolve("aborted");
        Path released = directory.resolve("released");
        try (Sides sides = Sides.of(15, 17)) {
            Settings settings = small(sides)
                    .with(
                            "cutover",
                            "{ hooks: { before: ['while [ ! -e " + released
                                    + " ]; do sleep 0.05; done'], aborted: ['touch " + aborted + "'] } }");
            try (Replicator asked = new Replicator(settings.config())) {
                try (DaemonProcess daemon = run(settings)) {
                    awaitPhase(asked, Phase.STREAMING, daemon);
                    if (movedBefore) {
                        sides.source()
                                .execute("INSERT INTO replicator.gate VALUES ('" + settings.name() + "', 'moved')");
                    }
                    CompletableFuture<Object> cutover = new CompletableFuture<>();
                    Thread.ofVirtual().start(() -> {
                        try {
                            cutover.complete(asked.cutover(new CutoverOptions(Duration.ofSeconds(60), false), _ -> {}));
                        } catch (RuntimeException e) {
                            cutover.complete(e);
                        }
                    });
                    awaitPhase(asked, Phase.CUTTING_OVER, daemon);
                    daemon.kill();
                    assertThat(cutover.get(30, java.util.concurrent.TimeUnit.SECONDS))
                            .isInstanceOf(ReplicatorException.class);
                }
                try (DaemonProcess daemon = run(settings)) {
                    awaitPhase(asked, Phase.STREAMING, daemon);
                    sides.source().execute("UPDATE t SET v = 'written after the undo' WHERE id = 1");
                    sides.awaitEqualRows(LIMIT);
                }
            }
            assertThat(aborted).exists();
        } finally {
            Files.createFile(released);
            Files.deleteIfExists(aborted);
            Await.until(
                    "the hook of the killed daemon has ended",
                    LIMIT,
                    () -> ProcessHandle.allProcesses()
                            .noneMatch(process ->
                                    process.info().commandLine().orElse("").contains(released.toString())));
            Files.deleteIfExists(released);
            Files.deleteIfExists(directory);
        }
    }

    private static Settings small(Sides sides) throws SQLException {
        String table = "CREATE TABLE t (id int PRIMARY KEY, v text)";
        sides.source().execute(table, "INSERT INTO t SELECT n, 'v' FROM generate_series(1, 100) AS n");
        sides.target().execute(table);
        return sides.settings().existingSchema();
    }

    private static DaemonProcess run(Settings settings) {
        return DaemonProcess.start("-c", settings.file().toString(), "run");
    }

    private static void awaitPhase(Replicator asked, Phase phase, DaemonProcess daemon) {
        Await.until("the phase is " + phase.word(), LIMIT, () -> {
            assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
            return phase.word().equals(asked.status().phase())
                    && asked.status().daemon().equals("running");
        });
    }
}
