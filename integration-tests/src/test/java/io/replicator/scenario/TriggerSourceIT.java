package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cli.demo.PostgresServer;
import io.replicator.error.ErrorCode;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Servers;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.testkit.Standby;
import io.replicator.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The source's server under capture by triggers: a follower promoted, a follower read from, and writes lost. */
class TriggerSourceIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void stopsAtAPromotedFollower() throws Exception {
        try (PostgresServer server = Servers.own(15)) {
            TestDatabase source = Servers.database(server);
            TestDatabase target = Servers.target(17);
            try (Sides sides = Sides.between(source, target)) {
                sides.execute("CREATE TABLE t (id int PRIMARY KEY)");
                try (Daemon daemon =
                        Daemon.streaming(sides.settings().existingSchema().with("capture", "trigger"))) {
                    source.execute("INSERT INTO t VALUES (1)");
                    sides.awaitEqualRows();
                    Path data = Path.of(Objects.requireNonNull(source.text("SHOW data_directory")));
                    server.stop();
                    Files.createFile(data.resolve("standby.signal"));
                    server.start();
                    source.execute("SELECT pg_promote()");
                    source.execute("INSERT INTO t VALUES (2)");
                    assertThat(daemon.awaitFailure().code()).isEqualTo(ErrorCode.SOURCE_CHANGED);
                    assertThat(daemon.replicator().status().error()).contains("timeline");
                    assertThat(target.number("SELECT count(*) FROM t")).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void readsRowsFromAFollowerAndRefusesAServerThatIsNone() throws Exception {
        try (PostgresServer server = Servers.own(15)) {
            TestDatabase source = Servers.database(server);
            try (Standby standby = Standby.of(server, source);
                    Sides sides = Sides.between(source, Servers.target(17))) {
                sides.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
                source.execute("INSERT INTO t SELECT n, 'copied' FROM generate_series(1, 1000) AS n");
                Settings settings = sides.settings().existingSchema().with("capture", "trigger");
                try (Daemon daemon = Daemon.start(settings.with("copy", "{ from: '" + source.url() + "' }"))) {
                    assertThat(daemon.awaitFailure().code()).isEqualTo(ErrorCode.FOLLOWER_UNUSABLE);
                }
                try (Daemon _ = Daemon.streaming(settings.with("copy", "{ from: '" + standby.url(source) + "' }"))) {
                    source.execute("UPDATE t SET v = 'streamed' WHERE id % 2 = 0");
                    sides.awaitEqualRows();
                }
                assertThat(sides.target().number("SELECT rows FROM replicator.table_progress WHERE table_name = 't'"))
                        .isEqualTo(1000);
            }
        }
    }

    @Test
    void stopsWhenTheSourceHasLostAHeartbeatThatArrived() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute("CREATE TABLE t (id int PRIMARY KEY)");
            Settings settings = sides.settings().existingSchema().with("capture", "trigger");
            try (Daemon daemon = Daemon.streaming(settings)) {
                Await.until(
                        "a heartbeat is kept in the target",
                        LIMIT,
                        () -> sides.target().number("SELECT coalesce(max(beat), 0) FROM replicator.applied_heartbeat")
                                > 0);
                daemon.stop();
            }
            sides.source().execute("DELETE FROM replicator.heartbeat", "INSERT INTO t VALUES (1)");
            sides.target().execute("UPDATE replicator.applied_heartbeat SET beat = 1000000");
            try (Daemon daemon = Daemon.start(settings)) {
                assertThat(daemon.awaitFailure().code()).isEqualTo(ErrorCode.SOURCE_CHANGED);
            }
            assertThat(sides.target().number("SELECT count(*) FROM t")).isZero();
        }
    }
}
