package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.Side;
import io.replicator.progress.LaneProgress;
import io.replicator.progress.Migration;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.progress.RangeProgressStore;
import io.replicator.progress.TableProgressStore;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** One daemon at a time, and only on the history it began with. */
class OwnershipIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void refusesASecondDaemon() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            Settings settings = small(sides);
            try (Daemon _ = Daemon.streaming(settings);
                    Daemon second = Daemon.start(settings)) {
                assertThat(second.awaitFailure().code()).isEqualTo(ErrorCode.ALREADY_RUNNING);
            }
        }
    }

    @Test
    void letsAnOwnerWithoutItsLockWriteNoProgress() throws SQLException {
        try (Sides sides = Sides.of(15, 17);
                Database target = Endpoints.database(Side.TARGET, sides.target().url());
                OwnedMigration stalled = OwnedMigration.take(target, "stalled", "wal")) {
            sides.target().execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'");
            try (OwnedMigration successor = OwnedMigration.take(target, "stalled", "wal")) {
                Assertions.assertThatExceptionOfType(ReplicatorException.class)
                        .isThrownBy(() -> stalled.become(Phase.PREPARING))
                        .matches(failure -> failure.code() == ErrorCode.OWNERSHIP_LOST);
                assertThat(successor.become(Phase.PREPARING).phase()).isEqualTo(Phase.PREPARING);
            }
        }
    }

    @Test
    void letsAFormerOwnerReplaceNoLanes() throws SQLException {
        try (Sides sides = Sides.of(15, 17);
                Database target = Endpoints.database(Side.TARGET, sides.target().url());
                OwnedMigration stalled = OwnedMigration.take(target, "stalled", "wal")) {
            Position start = Position.parse("0/100");
            stalled.transaction(
                    "creating the lane", (session, migration) -> LaneProgress.create(session, migration, 0, start));
            Migration before = stalled.migration();
            sides.target().execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'");
            try (OwnedMigration _ = OwnedMigration.take(target, "stalled", "wal");
                    Connection session = target.open("test")) {
                Assertions.assertThatExceptionOfType(ReplicatorException.class)
                        .isThrownBy(() -> LaneProgress.replace(session, before, 3, start))
                        .matches(failure -> failure.code() == ErrorCode.OWNERSHIP_LOST);
                assertThat(LaneProgress.read(session, "stalled")).containsOnlyKeys(0);
            }
        }
    }

    @Test
    void letsAFormerOwnerEmptyNoTable() throws SQLException {
        try (Sides sides = Sides.of(15, 17);
                Database target = Endpoints.database(Side.TARGET, sides.target().url());
                OwnedMigration stalled = OwnedMigration.take(target, "stalled", "wal")) {
            sides.target().execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
            QualifiedName table = new QualifiedName("public", "t");
            stalled.transaction(
                    "listing the table",
                    (session, migration) -> TableProgressStore.markStale(session, migration, table, null));
            Migration before = stalled.migration();
            sides.target().execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'");
            try (OwnedMigration _ = OwnedMigration.take(target, "stalled", "wal");
                    Connection session = target.open("test")) {
                session.setAutoCommit(false);
                Assertions.assertThatExceptionOfType(ReplicatorException.class)
                        .isThrownBy(() -> RangeProgressStore.discard(session, before, table))
                        .matches(failure -> failure.code() == ErrorCode.OWNERSHIP_LOST);
            }
        }
    }

    @Test
    void startsNewLanesBehindACommitThatACutOffLaneHasLeft() throws Exception {
        try (Sides sides = Sides.of(15, 17);
                Database target = Endpoints.database(Side.TARGET, sides.target().url());
                OwnedMigration owned = OwnedMigration.take(target, "cut", "wal");
                Connection lane = target.open("lane")) {
            Position start = Position.parse("0/100");
            owned.transaction(
                    "creating the lane", (session, migration) -> LaneProgress.create(session, migration, 0, start));
            lane.setAutoCommit(false);
            try (Statement statement = lane.createStatement()) {
                statement.execute("DELETE FROM replicator.lane");
            }
            LaneProgress.create(lane, owned.migration(), 1, Position.parse("0/200"));
            CompletableFuture<SortedMap<Integer, String>> positions = CompletableFuture.supplyAsync(() ->
                    owned.ask("reading", (session, migration) -> LaneProgress.readSettled(session, migration.name())));
            Await.until(
                    "the reader waits for the lane's commit",
                    LIMIT,
                    () -> sides.target()
                                    .number("SELECT count(*) FROM pg_stat_activity"
                                            + " WHERE datname = current_database() AND wait_event_type = 'Lock'")
                            == 1);
            lane.commit();
            assertThat(positions.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).containsExactly(Map.entry(1, "0/200"));
        }
    }

    @Test
    void failsWhenTheTargetIsBehindWhatWasAcknowledged() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            Settings settings = small(sides);
            streamOnce(sides, settings);
            sides.target().execute("UPDATE replicator.lane SET position = '0/1'");
            try (Daemon daemon = Daemon.start(settings)) {
                assertThat(daemon.awaitFailure().code()).isEqualTo(ErrorCode.STATE_MISMATCH);
            }
        }
    }

    @Test
    void failsWhenTheSlotIsGone() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            Settings settings = small(sides);
            streamOnce(sides, settings);
            sides.source()
                    .execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                            + " WHERE database = current_database()");
            try (Daemon daemon = Daemon.start(settings)) {
                assertThat(daemon.awaitFailure().code()).isEqualTo(ErrorCode.SLOT_LOST);
            }
        }
    }

    @Test
    void failsOnAnotherSource() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            Settings settings = small(sides);
            streamOnce(sides, settings);
            sides.target().execute("UPDATE replicator.migration SET source_timeline = source_timeline + 1");
            try (Daemon daemon = Daemon.start(settings)) {
                assertThat(daemon.awaitFailure().code()).isEqualTo(ErrorCode.SOURCE_CHANGED);
            }
        }
    }

    private static void streamOnce(Sides sides, Settings settings) throws SQLException {
        try (Daemon daemon = Daemon.streaming(settings)) {
            sides.source().execute("INSERT INTO t VALUES (1000, 'streamed')");
            sides.awaitApplied();
            daemon.stop();
            daemon.awaitEnd();
        }
    }

    private static Settings small(Sides sides) throws SQLException {
        sides.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
        return sides.settings().existingSchema();
    }
}
