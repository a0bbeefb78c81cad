package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a table that is rewritten, dropped or made a partition while it is copied. */
class BulkLoadChangesIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, v int, filler text)";
    private static final String ROWS_OF_T =
            "INSERT INTO t SELECT n, 0, repeat('x', 100) FROM generate_series(1, 60000) AS n";

    @ParameterizedTest
    @CsvSource({
        "wal, VACUUM FULL t",
        "wal, CLUSTER t USING t_pkey",
        "wal, ALTER TABLE t ALTER v TYPE bigint",
        "wal, TRUNCATE t",
        "trigger, TRUNCATE t"
    })
    void copiesATableAgainThatIsRewrittenMeanwhile(String capture, String rewrite) throws SQLException {
        try (Sides sides = Sides.of(17, 17)) {
            sides.source().execute(TABLE, ROWS_OF_T);
            sides.target().execute(TABLE, "ALTER TABLE t ALTER v TYPE bigint");
            try (Daemon daemon = Daemon.start(slowly(sides, capture))) {
                Await.until("a range is copied", LIMIT, () -> ranges(sides, "copied") > 0);
                long left = ranges(sides, "NOT copied");
                sides.source().execute(rewrite, "INSERT INTO t VALUES (0, 7, 'later')");
                assertThat(left).as("ranges left before the rewrite").isGreaterThan(3);
                daemon.replicator().throttle(0);
                daemon.awaitPhase(Phase.STREAMING);
                sides.source().execute("UPDATE t SET v = 8 WHERE id IN (0, 5)");
                sides.assertEqualRows();
                assertThat(sides.target().number("SELECT v FROM t WHERE id = 0"))
                        .isEqualTo(8);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wal", "trigger"})
    void leavesOutATableThatIsDroppedMeanwhile(String capture) throws SQLException {
        try (Sides sides = Sides.of(17, 17)) {
            sides.execute(TABLE, "CREATE TABLE u (id int PRIMARY KEY)");
            sides.source().execute(ROWS_OF_T, "INSERT INTO u VALUES (1)");
            try (Daemon daemon = Daemon.start(slowly(sides, capture))) {
                Await.until("a range is copied", LIMIT, () -> ranges(sides, "copied") > 0);
                sides.source().execute("DROP TABLE t");
                daemon.replicator().throttle(0);
                daemon.awaitPhase(Phase.STREAMING);
                sides.source().execute("INSERT INTO u VALUES (2)");
                sides.awaitApplied();
                assertThat(sides.target().number("SELECT count(*) FROM u")).isEqualTo(2);
                assertThat(sides.target().number("SELECT count(*) FROM t")).isZero();
                assertThat(daemon.toString()).contains("t was dropped");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wal", "trigger"})
    void copiesPartitionsThatAreAttachedMeanwhile(String capture) throws SQLException {
        try (Sides sides = Sides.of(17, 17)) {
            sides.execute(
                    TABLE,
                    "CREATE TABLE parted (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
                    "CREATE TABLE low PARTITION OF parted FOR VALUES FROM (MINVALUE) TO (0)",
                    "CREATE TABLE high (id int PRIMARY KEY, v text)");
            sides.source()
                    .execute(
                            ROWS_OF_T,
                            "INSERT INTO parted SELECT -n, 'low' FROM generate_series(1, 100) AS n",
                            "INSERT INTO high SELECT n, 'high' FROM generate_series(1, 100) AS n");
            try (Daemon daemon = Daemon.start(slowly(sides, capture))) {
                Await.until("a range is copied", LIMIT, () -> ranges(sides, "copied") > 0);
                sides.source()
                        .execute(
                                "ALTER TABLE parted ATTACH PARTITION high FOR VALUES FROM (0) TO (MAXVALUE)",
                                "INSERT INTO parted VALUES (1000, 'through the root')",
                                "UPDATE high SET v = 'changed' WHERE id = 1",
                                "DELETE FROM parted WHERE id = -1");
                daemon.replicator().throttle(0);
                daemon.awaitPhase(Phase.STREAMING);
                sides.source()
                        .execute(
                                "INSERT INTO parted VALUES (1001, 'through the root, later')",
                                "UPDATE parted SET v = 'changed' WHERE id IN (-2, 2)");
                sides.awaitApplied();
                for (String table : new String[] {"low", "high"}) {
                    String content = "SELECT string_agg(id || v, ',' ORDER BY id) FROM ONLY " + table;
                    assertThat(sides.target().text(content))
                            .isEqualTo(sides.source().text(content));
                }
            }
        }
    }

    private static long ranges(Sides sides, String which) throws SQLException {
        return sides.target().text("SELECT to_regclass('replicator.copy_range')") == null
                ? 0
                : sides.target().number("SELECT count(*) FROM replicator.copy_range WHERE " + which);
    }

    /** Eight seconds for table t, unless the limit is lifted. */
    private static Settings slowly(Sides sides, String capture) {
        return sides.settings()
                .existingSchema()
                .with("capture", capture)
                .with("copy", "{ jobs: 1, split_size: 1MB, max_rate: 1MB }");
    }
}
