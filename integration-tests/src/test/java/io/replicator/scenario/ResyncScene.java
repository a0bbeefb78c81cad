package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.DaemonProcess;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.SQLException;
import java.time.Duration;

/** What the tests of {@code replicator resync} under capture by WAL have in common: {@code t} is copied, {@code other} streams. */
final class ResyncScene {
    static final Duration LIMIT = Duration.ofSeconds(90);
    static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE, v int, filler text)";
    static final String ROWS =
            "INSERT INTO t SELECT n, n, 0, repeat('x', 250) FROM generate_series(1, " + RowStorm.ROWS + ") AS n";
    static final String LEFT = "under a new snapshot";
    static final String OTHER = "CREATE TABLE other (id int PRIMARY KEY)";

    private ResyncScene() {}

    /** Both tables on both sides, and rows of {@code t} on the source. */
    static void createTables(Sides sides) throws SQLException {
        sides.execute(TABLE, OTHER);
        sides.source().execute(ROWS);
    }

    /** Waits until {@code t} streams again, with another table, and both sides are equal. */
    static void assertJoined(Daemon daemon, Sides sides) throws SQLException {
        daemon.awaitTold("1 tables stream again");
        awaitOther(sides, 1);
        sides.awaitEqualRows(LIMIT);
    }

    static void awaitOther(Sides sides, int id) throws SQLException {
        sides.source().execute("INSERT INTO other VALUES (" + id + ")");
        Await.until(
                "a change of another table arrives",
                LIMIT,
                () -> sides.target().number("SELECT count(*) FROM other WHERE id = ?", id) == 1);
    }

    static void awaitStreaming(Replicator asked, DaemonProcess daemon) {
        Await.until("the daemon streams", LIMIT, () -> {
            assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
            return Phase.STREAMING.word().equals(asked.status().phase())
                    && asked.status().daemon().equals("running");
        });
    }

    static DaemonProcess run(Settings settings) {
        return DaemonProcess.start("-c", settings.file().toString(), "run");
    }

    static Settings settings(Sides sides) {
        return sides.settings().existingSchema().with("capture", "wal");
    }
}
