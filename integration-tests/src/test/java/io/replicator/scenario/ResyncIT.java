package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.Replicator;
import io.replicator.cli.demo.ComparisonOptions;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyLevel;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.DaemonProcess;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code replicator resync}: what somebody damaged on the target is copied again under load. */
class ResyncIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int ROWS = 20_000;

    @ParameterizedTest
    @ValueSource(strings = {"wal", "trigger"})
    void copiesADamagedTableAgainUnderLoad(String capture) throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, v int UNIQUE, filler text)",
                    "CREATE TABLE u (id int PRIMARY KEY, t int REFERENCES t ON DELETE CASCADE, v int)");
            sides.source()
                    .execute(
                            "INSERT INTO t SELECT n, n, repeat('x', 200) FROM generate_series(1, " + ROWS + ") AS n",
                            "INSERT INTO u SELECT n, n, 0 FROM generate_series(1, 1000) AS n");
            AtomicBoolean stopped = new AtomicBoolean();
            try (Daemon daemon = Daemon.streaming(sides.settings()
                    .existingSchema()
                    .with("capture", capture)
                    .with("copy", "{ jobs: 2, split_size: 1MB }"))) {
                sides.target()
                        .execute(
                                "SET session_replication_role = replica",
                                "DELETE FROM t WHERE id > 15000",
                                "UPDATE t SET filler = 'damaged' WHERE id BETWEEN 14000 AND 14100");
                CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(sides, stopped));
                assertThat(daemon.replicator().resync(List.of("public.t"))).containsExactly("public.t");
                Await.until(
                        "table t is copied again",
                        LIMIT,
                        () -> sides.target().number("SELECT count(*) FROM t WHERE id > 15000 AND id <= " + ROWS)
                                == ROWS - 15_000);
                stopped.set(true);
                writer.get();
                sides.awaitEqualRows();
                assertThat(daemon.replicator()
                                .verify(VerifyLevel.CHECKSUM, TableFilter.ALL)
                                .equal())
                        .isTrue();
                assertThatThrownBy(() -> daemon.replicator().resync(List.of("public.absent")))
                        .hasMessageContaining("public.absent");
                assertThat(daemon.isAlive()).as("%s", daemon).isTrue();
            } finally {
                stopped.set(true);
            }
        }
    }

    @Test
    void goesOnAfterDyingInTheCopy() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, v int, filler text)", "CREATE TABLE u (id int PRIMARY KEY)");
            sides.source()
                    .execute("INSERT INTO t SELECT n, n, repeat('x', 200) FROM generate_series(1, " + ROWS + ") AS n");
            Settings settings = sides.settings()
                    .existingSchema()
                    .with("capture", "wal")
                    .with("copy", "{ jobs: 1, split_size: 1MB }");
            String[] run = {"-c", settings.file().toString(), "run"};
            try (Replicator asked = new Replicator(settings.config())) {
                try (DaemonProcess daemon = DaemonProcess.start(run)) {
                    awaitStreaming(asked, daemon);
                    asked.throttle(256 << 10);
                    asked.resync(List.of("t"));
                    Await.until(
                            "a range is copied again",
                            LIMIT,
                            () -> sides.target()
                                            .number("SELECT count(*) FROM replicator.copy_range r"
                                                    + " JOIN replicator.table_progress p"
                                                    + " USING (migration, schema_name, table_name)"
                                                    + " WHERE r.copied AND p.state = 'pending'")
                                    > 0);
                    daemon.kill();
                }
                sides.source()
                        .execute(
                                "UPDATE t SET v = -v WHERE id % 3 = 0",
                                "DELETE FROM t WHERE id % 5 = 0", "INSERT INTO u VALUES (1)");
                try (DaemonProcess daemon = DaemonProcess.start(run)) {
                    awaitStreaming(asked, daemon);
                    sides.source().execute("INSERT INTO t VALUES (0, 0, 'later')");
                    Await.until("both sides are equal", LIMIT, () -> {
                        assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
                        return sides.compare(ComparisonOptions.rowsOnly()).equal();
                    });
                }
            }
        }
    }

    private static void awaitStreaming(Replicator asked, DaemonProcess daemon) {
        Await.until("the daemon streams", LIMIT, () -> {
            assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
            return Phase.STREAMING.word().equals(asked.status().phase())
                    && asked.status().daemon().equals("running");
        });
    }

    /** Touches rows that are there on both sides, moves values between rows, and adds rows. */
    private static void write(Sides sides, AtomicBoolean stopped) {
        try (Connection connection = sides.source().connection();
                Statement statement = connection.createStatement()) {
            for (int round = 1; !stopped.get(); round++) {
                int id = 1 + round % 10_000;
                statement.execute("UPDATE t SET v = -v WHERE id = " + id);
                statement.execute("INSERT INTO t VALUES (" + (ROWS + round) + ", " + (ROWS + round) + ", 'new')");
                statement.execute("UPDATE u SET v = v + 1 WHERE id = " + (1 + round % 1000));
                statement.execute("DELETE FROM t WHERE id = " + (10_001 + round % 3000));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("writing", e);
        }
    }
}
