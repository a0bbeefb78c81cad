package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.DaemonProcess;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Large tables whose copying daemons die by SIGKILL: what was copied under the lost snapshot is kept, or it is not. */
class RestartInCopyIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE, v int, filler text)";
    private static final String ROWS =
            "INSERT INTO t SELECT n, n, 0, repeat('x', 250) FROM generate_series(1, " + RowStorm.ROWS + ") AS n";

    /** A range is marked copied once; none that is may be listed again. */
    private static final String KEEP_RANGES = """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN RAISE EXCEPTION 'range % of % starts again', OLD.range, OLD.table_name; END$$;
            CREATE TRIGGER refuse BEFORE DELETE ON replicator.copy_range FOR EACH ROW WHEN (OLD.copied)
                EXECUTE PROCEDURE refuse();
            ALTER TABLE replicator.copy_range ENABLE ALWAYS TRIGGER refuse""";

    private final long seed = ThreadLocalRandom.current().nextInt(1_000_000);

    @ParameterizedTest
    @CsvSource({"13, existing", "15, copy", "17, existing"})
    void keepsFinishedRangesWhileRowsMoveBetweenRanges(int sourceMajor, String schema) throws Exception {
        System.out.println("seed " + seed);
        try (Sides sides = Sides.of(sourceMajor, 17)) {
            String[] tables = {
                TABLE,
                "CREATE EXTENSION citext",
                "CREATE TABLE spelled (name " + (sourceMajor < 14 ? "text" : "citext")
                        + ", n numeric, v int, filler text, PRIMARY KEY (name, n))"
            };
            sides.source().execute(tables);
            if (schema.equals("existing")) {
                sides.target().execute(tables);
            }
            sides.source()
                    .execute(
                            ROWS,
                            "INSERT INTO spelled SELECT E'na\\\\me\\t' || n, 1.5, 0, repeat('y', 150)"
                                    + " FROM generate_series(1, " + RowStorm.ROWS + ") AS n");
            AtomicBoolean stopped = new AtomicBoolean();
            CompletableFuture<Void> storm =
                    CompletableFuture.runAsync(() -> new RowStorm(sides.source(), seed).run(stopped));
            Settings settings = slowly(sides).with("schema", schema);
            try {
                killAfterRanges(sides, settings, "t", 3);
                sides.target().execute(KEEP_RANGES);
                String acknowledged = acknowledged(sides);
                try (DaemonProcess daemon = run(settings)) {
                    daemon.awaitOutput("keeping the copied ranges", LIMIT);
                    daemon.kill();
                }
                killAfterRanges(sides, settings, "t", copied(sides, "t") + 2);
                killAfterRanges(sides, settings, "spelled", 3);
                assertThat(acknowledged(sides)).isEqualTo(acknowledged);
                long left = sides.target().number("SELECT count(*) FROM replicator.copy_range WHERE NOT copied");
                assertThat(left).as("ranges left for the last daemon").isPositive();
                goOn(sides, settings, daemon -> {
                    daemon.awaitOutput("keeping the copied ranges", LIMIT);
                    stopped.set(true);
                    storm.join();
                });
                assertThat(sides.target().number("SELECT count(*) FROM t"))
                        .isEqualTo(sides.target().number("""
                                SELECT rows + coalesce((SELECT sum(inserted - deleted) FROM replicator.lane_counter
                                                        WHERE table_name = 't'), 0)
                                FROM replicator.table_progress WHERE table_name = 't'"""));
            } finally {
                stopped.set(true);
            }
        }
    }

    @Test
    void keepsFinishedRangesOfATableWithWholeRowsAsIdentity() throws SQLException {
        try (Sides sides = Sides.of(17, 17)) {
            sides.execute(TABLE);
            sides.source().execute(ROWS, "ALTER TABLE t REPLICA IDENTITY FULL");
            killAfterRanges(sides, slowly(sides), "t", 3);
            sides.target().execute(KEEP_RANGES);
            sides.source()
                    .execute(
                            "UPDATE t SET id = -id WHERE id % 100 = 0",
                            "UPDATE t SET v = 1 WHERE id % 7 = 0", "DELETE FROM t WHERE id % 11 = 0");
            goOn(sides, slowly(sides), _ -> {});
        }
    }

    /** The last range was committed, its table's mark was not. */
    @Test
    void marksATableOfWhichAllRangesWereCopied() throws SQLException {
        try (Sides sides = Sides.of(17, 17)) {
            sides.execute(TABLE);
            sides.source().execute(ROWS);
            killAfterRanges(sides, slowly(sides), "t", 3);
            long before = copied(sides, "t");
            String left = pagesLeft(sides);
            sides.target().execute(KEEP_RANGES, "DELETE FROM replicator.copy_range WHERE NOT copied");
            sides.source().execute("DELETE FROM t WHERE (ctid::text::point)[0]::int <@ '" + left + "'::int4multirange");
            goOn(sides, slowly(sides), daemon -> daemon.awaitOutput("keeping the copied ranges", LIMIT));
            assertThat(copied(sides, "t")).isEqualTo(before);
        }
    }

    /** Of all ranges that were not copied: the third may have been, while the second was not. */
    private static @Nullable String pagesLeft(Sides sides) throws SQLException {
        return sides.target().text("""
                        SELECT range_agg(int4range(lower_bound[1]::int, upper_bound[1]::int))
                        FROM replicator.copy_range WHERE NOT copied""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "VACUUM FULL t",
                "TRUNCATE t",
                "ALTER TABLE t ADD COLUMN added int DEFAULT 7",
                "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (u)"
            })
    void copiesATableFromItsBeginningThatWasChangedMeanwhile(String change) throws SQLException {
        try (Sides sides = Sides.of(17, 17)) {
            sides.execute(TABLE);
            sides.source().execute(ROWS);
            killAfterRanges(sides, slowly(sides), "t", 3);
            sides.source().execute("UPDATE t SET v = 1 WHERE id % 7 = 0", change, "INSERT INTO t VALUES (0, 0, 7)");
            if (!change.startsWith("VACUUM") && !change.startsWith("TRUNCATE")) {
                sides.target().execute(change);
            }
            startsAgain(sides);
        }
    }

    @Test
    void copiesATableWithoutAKeyFromItsBeginning() throws SQLException {
        try (Sides sides = Sides.of(17, 17)) {
            sides.execute("CREATE TABLE t (id int, u int, v int, filler text)", "ALTER TABLE t REPLICA IDENTITY FULL");
            sides.source().execute(ROWS);
            killAfterRanges(sides, slowly(sides), "t", 3);
            sides.source().execute("UPDATE t SET v = 1 WHERE id % 7 = 0");
            startsAgain(sides);
        }
    }

    private static void startsAgain(Sides sides) throws SQLException {
        goOn(sides, slowly(sides), daemon -> daemon.awaitOutput("t is copied again from its beginning", LIMIT));
    }

    private static void killAfterRanges(Sides sides, Settings settings, String table, long ranges) {
        try (DaemonProcess daemon = run(settings)) {
            Await.until(ranges + " ranges of " + table + " are copied", LIMIT, () -> {
                assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
                return copied(sides, table) >= ranges;
            });
            daemon.kill();
        }
        sides.awaitNoDaemon();
    }

    @FunctionalInterface
    private interface Check {
        void run(DaemonProcess daemon) throws SQLException;
    }

    /** Runs the last daemon, until both sides are equal. */
    private static void goOn(Sides sides, Settings settings, Check meanwhile) throws SQLException {
        try (Replicator asked = new Replicator(settings.config());
                DaemonProcess daemon = run(settings.with("copy", "{ jobs: 2, split_size: 1MB }"))) {
            meanwhile.run(daemon);
            Await.until("the daemon streams", LIMIT, () -> {
                assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
                return Phase.STREAMING.word().equals(asked.status().phase())
                        && asked.status().daemon().equals("running");
            });
            sides.source().execute("UPDATE t SET v = v + 1 WHERE id < 100");
            sides.awaitApplied();
            sides.awaitEqualRows(LIMIT);
        }
    }

    private static @Nullable String acknowledged(Sides sides) throws SQLException {
        return sides.source()
                .text(
                        "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = 'replicator_' || ?",
                        sides.settings().name());
    }

    private static long copied(Sides sides, String table) throws SQLException {
        return sides.target().text("SELECT to_regclass('replicator.copy_range')") == null
                ? 0
                : sides.target()
                        .number("SELECT count(*) FROM replicator.copy_range WHERE copied AND table_name = ?", table);
    }

    private static DaemonProcess run(Settings settings) {
        return DaemonProcess.start("-c", settings.file().toString(), "run");
    }

    /** At least five seconds for each table. */
    private static Settings slowly(Sides sides) {
        return sides.settings()
                .existingSchema()
                .with("capture", "wal")
                .with("copy", "{ jobs: 2, split_size: 1MB, max_rate: 2MB }");
    }
}
