package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.DaemonProcess;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One source transaction of ten million rows and a daemon of half a gigabyte. Takes minutes and gigabytes of disk, hence only
 * in profile {@code long}; {@code -Dreplicator.rows} sets the number of rows.
 */
@EnabledIfSystemProperty(named = "replicator.long", matches = "true")
class HugeTransactionIT {
    private static final int ROWS = Integer.getInteger("replicator.rows", 10_000_000);
    private static final int LAST_ROWS = 1_000;
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration APPLY_LIMIT = Duration.ofMinutes(30);
    private static final Map<String, String> LITTLE_MEMORY =
            Map.of("JAVA_TOOL_OPTIONS", "-Xmx512m -XX:+ExitOnOutOfMemoryError");

    @ParameterizedTest
    @ValueSource(strings = {"wal", "trigger"})
    void appliesMillionsOfRowsWithLittleMemory(String capture) throws SQLException {
        try (Sides sides = Sides.of(17, 18)) {
            sides.execute("CREATE TABLE numbers (id integer PRIMARY KEY, value bigint, note text)");
            Settings settings = sides.settings().existingSchema().with("capture", capture);
            try (Replicator asked = new Replicator(settings.config());
                    DaemonProcess daemon = DaemonProcess.start(
                            LITTLE_MEMORY, "-c", settings.file().toString(), "run")) {
                Await.until("changes flow", START_LIMIT, () -> {
                    assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
                    return Phase.STREAMING.word().equals(asked.status().phase());
                });
                sides.source()
                        .execute("INSERT INTO numbers SELECT n, n * 7, 'note ' || n FROM generate_series(1, " + ROWS
                                + ") AS n");
                Await.until("the last rows are there", APPLY_LIMIT, () -> {
                    assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
                    return lastRows(sides.target()) == LAST_ROWS;
                });
                sides.awaitApplied();
                assertThat(checksum(sides.target())).as(daemon::tails).isEqualTo(checksum(sides.source()));
            }
        }
    }

    private static long lastRows(TestDatabase side) throws SQLException {
        return side.number("SELECT count(*) FROM numbers WHERE id > " + (ROWS - LAST_ROWS));
    }

    private static String checksum(TestDatabase side) throws SQLException {
        return side.text("SELECT count(*) || ' rows, ' || sum(hashtextextended(n::text, 0)) FROM numbers AS n");
    }
}
