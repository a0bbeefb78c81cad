package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.Replicator;
import io.replicator.cli.demo.ComparisonOptions;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyLevel;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.DaemonProcess;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import io.replicator.verify.VerificationReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code replicator resync} under capture by WAL: tables are copied again while the others stream. */
class ResyncStreamIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, u int UNIQUE, v int, filler text)";
    private static final String ROWS =
            "INSERT INTO t SELECT n, n, 0, repeat('x', 250) FROM generate_series(1, " + RowStorm.ROWS + ") AS n";
    private static final String LEFT = "under a new snapshot";

    private final long seed = ThreadLocalRandom.current().nextInt(1_000_000);

    /** Values of changes come as text where the source is old or a type is an extension's, else in binary form. */
    @ParameterizedTest
    @CsvSource({"13, text", "15, citext", "17, text"})
    void othersStreamWhileTablesAreCopied(int sourceMajor, String keyType) throws Exception {
        System.out.println("seed " + seed);
        try (Sides sides = Sides.of(sourceMajor, 17)) {
            if (keyType.equals("citext")) {
                sides.execute("CREATE EXTENSION citext");
            }
            sides.execute(
                    TABLE,
                    "CREATE TABLE spelled (name " + keyType + ", n numeric, v int, filler text, PRIMARY KEY (name, n))",
                    "CREATE TABLE wide (id int PRIMARY KEY, v int, doc text)",
                    "ALTER TABLE wide ALTER doc SET STORAGE EXTERNAL",
                    "CREATE TABLE other (id int PRIMARY KEY)");
            sides.source()
                    .execute(
                            ROWS,
                            "INSERT INTO spelled SELECT E'na\\\\me\\t' || n, 1.5, 0, repeat('y', 150)"
                                    + " FROM generate_series(1, " + RowStorm.ROWS + ") AS n",
                            "INSERT INTO wide SELECT n, 0, repeat(n::text, 4000) FROM generate_series(1, 300) AS n");
            AtomicBoolean stopped = new AtomicBoolean();
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 2, split_size: 1MB }"))) {
                sides.target().execute("DELETE FROM t WHERE id % 3 = 0", "UPDATE wide SET doc = 'damaged'");
                CompletableFuture<Void> storm;
                CompletableFuture<Void> wide;
                daemon.replicator().throttle(1 << 20);
                try (Connection writer = sides.source().connection()) {
                    holdSlots(writer);
                    assertThat(daemon.replicator().resync(List.of("t", "spelled", "wide")))
                            .hasSize(3);
                    storm = CompletableFuture.runAsync(() -> new RowStorm(sides.source(), seed).run(stopped));
                    wide = CompletableFuture.runAsync(() -> changeWide(sides, stopped));
                    daemon.awaitTold("waits for running transactions");
                    awaitOther(sides, 1);
                    assertThat(sides.target().number("SELECT count(*) FROM t")).isZero();
                    writer.commit();
                }
                Await.until("a range is copied again", LIMIT, () -> ranges(sides) > 0);
                assertBusy(daemon);
                awaitOther(sides, 2);
                daemon.replicator().throttle(0);
                daemon.awaitTold("3 tables stream again");
                stopped.set(true);
                storm.join();
                wide.join();
                assertEqual(sides);
                assertThat(daemon.replicator()
                                .verify(VerifyLevel.CHECKSUM, TableFilter.ALL)
                                .equal())
                        .isTrue();
                assertThat(daemon.toString()).doesNotContain(LEFT);
            } finally {
                stopped.set(true);
            }
        }
    }

    /** While t is copied. */
    private static void assertBusy(Daemon daemon) {
        Replicator asked = daemon.replicator();
        assertThat(asked.verify(VerifyLevel.COUNTS, TableFilter.ALL).notComparable())
                .contains("public.t");
        assertThat(asked.verify(VerifyLevel.CHECKSUM, new TableFilter(List.of("other"), List.of()))
                        .equal())
                .isTrue();
        assertThatThrownBy(() -> asked.resync(List.of("other"))).hasMessageContaining("already");
        CutoverResult cutover = asked.cutover(new CutoverOptions(Duration.ofSeconds(20), true), _ -> {});
        assertThat(cutover.reason()).contains("public.t");
        Await.until(
                "the status shows t being copied",
                LIMIT,
                () -> state(asked, "public.t").equals("copying"));
        assertThat(state(asked, "public.other")).isEqualTo("streaming");
    }

    private static String state(Replicator asked, String table) {
        return asked.status().tables().stream()
                .filter(row -> row.name().equals(table))
                .map(StatusReport.Table::state)
                .findFirst()
                .orElse("none");
    }

    private static void changeWide(Sides sides, AtomicBoolean stopped) {
        try (Connection connection = sides.source().connection();
                Statement statement = connection.createStatement()) {
            for (int round = 1; !stopped.get(); round++) {
                int id = 1 + round % 300;
                statement.execute("UPDATE wide SET v = v + 1 WHERE id = " + id);
                statement.execute("UPDATE wide SET id = -id WHERE id = " + (1 + (round * 7) % 300));
                statement.execute("UPDATE wide SET id = -id WHERE id = " + -(1 + (round * 7 - 70) % 300));
                statement.execute("DELETE FROM wide WHERE id = " + (1 + (round * 11) % 300));
                statement.execute("INSERT INTO wide VALUES (" + (1 + (round * 11) % 300) + ", 0, repeat('" + round
                        + "', 3000)) ON CONFLICT DO NOTHING");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("changing wide rows", e);
        }
    }

    /** While the copy's snapshot is taken, in the copy, and when all is copied but has not joined the stream. */
    @Test
    void goesOnAfterDyingAtAnyTime() throws Exception {
        System.out.println("seed " + seed);
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE, "CREATE TABLE other (id int PRIMARY KEY)");
            sides.execute("CREATE TABLE spelled (name text, n numeric, v int, filler text, PRIMARY KEY (name, n))");
            sides.source().execute(ROWS);
            Settings settings = settings(sides).with("copy", "{ jobs: 2, split_size: 1MB, max_rate: 2MB }");
            AtomicBoolean stopped = new AtomicBoolean();
            CompletableFuture<Void> storm =
                    CompletableFuture.runAsync(() -> new RowStorm(sides.source(), seed).run(stopped));
            try (Replicator asked = new Replicator(settings.config());
                    Connection writer = sides.source().connection()) {
                try (DaemonProcess daemon = run(settings)) {
                    awaitStreaming(asked, daemon);
                    holdSlots(writer);
                    asked.resync(List.of("t"));
                    awaitOther(sides, 1);
                    daemon.kill();
                    writer.commit();
                }
                try (DaemonProcess daemon = run(settings)) {
                    Await.until("a range is copied again", LIMIT, () -> {
                        assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
                        return ranges(sides) > 0;
                    });
                    awaitOther(sides, 2);
                    holdSlots(writer);
                    Await.until("t is copied and has not joined", LIMIT, () -> {
                        assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
                        return isCopied(sides);
                    });
                    awaitOther(sides, 3);
                    daemon.kill();
                    writer.commit();
                }
                try (DaemonProcess daemon = run(settings)) {
                    daemon.awaitOutput("1 tables stream again", LIMIT);
                    stopped.set(true);
                    storm.join();
                    assertEqual(sides);
                    assertThat(daemon.stdout() + daemon.stderr()).doesNotContain(LEFT);
                }
            } finally {
                stopped.set(true);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "false | TRUNCATE t | it was rewritten or altered",
                "true | TRUNCATE t | it was truncated",
                "true | VACUUM FULL t | it was altered",
                "true | ALTER TABLE t RENAME TO s; CREATE TABLE t (LIKE s INCLUDING ALL) | another table has its name",
                "false | ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (u) | its replica identity was another"
            })
    void copiesWhileTheStreamWaitsWhatWasChangedMeanwhile(boolean copied, String change, String reason)
            throws Exception {
        try (Sides sides = Sides.of(17, 17)) {
            sides.execute(TABLE, "CREATE TABLE other (id int PRIMARY KEY)");
            sides.source().execute(ROWS);
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 2, split_size: 1MB }"));
                    Connection writer = sides.source().connection()) {
                if (copied) {
                    daemon.replicator().throttle(512 << 10);
                    daemon.replicator().resync(List.of("t"));
                    Await.until("a range is copied again", LIMIT, () -> ranges(sides) > 0);
                    holdSlots(writer);
                    daemon.replicator().throttle(0);
                    Await.until("t is copied and has not joined", LIMIT, () -> {
                        assertThat(daemon.toString()).doesNotContain("stream again");
                        return isCopied(sides);
                    });
                } else {
                    holdSlots(writer);
                    daemon.replicator().resync(List.of("t"));
                }
                daemon.awaitTold("waits for running transactions");
                sides.source().execute(change);
                if (change.contains("RENAME")) {
                    publish(sides);
                }
                if (change.contains("PRIMARY KEY")) {
                    sides.target().execute(change);
                }
                sides.source().execute("UPDATE t SET v = 1 WHERE id % 7 = 0", "INSERT INTO t VALUES (0, 0, 7)");
                awaitOther(sides, 1);
                writer.commit();
                daemon.awaitTold("copied while the stream waits: " + reason);
                daemon.awaitTold(LEFT);
                sides.source().execute("UPDATE t SET v = 2 WHERE id % 5 = 0");
                if (change.contains("RENAME")) {
                    sides.source().execute("DROP TABLE s");
                }
                assertEqual(sides);
            }
        }
    }

    private static void publish(Sides sides) throws SQLException {
        sides.source()
                .execute(
                        "ALTER PUBLICATION replicator_" + sides.settings().name() + " DROP TABLE s",
                        "ALTER PUBLICATION replicator_" + sides.settings().name() + " ADD TABLE t");
    }

    private static boolean isCopied(Sides sides) throws SQLException {
        return sides.target()
                        .number("SELECT count(*) FROM replicator.table_progress WHERE joining AND state = 'copied'")
                == 1;
    }

    @Test
    void copiesATableWithoutAKeyWhileTheStreamWaits() throws Exception {
        try (Sides sides = Sides.of(17, 17)) {
            sides.execute(
                    TABLE,
                    "CREATE TABLE bare (id int, v int)",
                    "ALTER TABLE bare REPLICA IDENTITY FULL",
                    "CREATE TABLE other (id int PRIMARY KEY)");
            sides.source().execute(ROWS, "INSERT INTO bare SELECT n, n FROM generate_series(1, 1000) AS n");
            try (Daemon daemon = Daemon.streaming(settings(sides))) {
                sides.target().execute("DELETE FROM bare WHERE id < 10", "DELETE FROM t WHERE id < 10");
                daemon.replicator().resync(List.of("t", "bare"));
                sides.source().execute("UPDATE bare SET v = -v WHERE id < 100", "UPDATE t SET v = 1 WHERE id < 100");
                daemon.awaitTold("bare is copied while the stream waits: it has no key");
                daemon.awaitTold("1 tables stream again");
                daemon.awaitTold("copying 1 tables " + LEFT);
                sides.source().execute("UPDATE bare SET v = v - 1 WHERE id < 200");
                assertEqual(sides);
            }
        }
    }

    @Test
    void startsAgainWhenItsSnapshotIsLost() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE, "CREATE TABLE other (id int PRIMARY KEY)");
            sides.source().execute(ROWS);
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 2, split_size: 1MB }"))) {
                daemon.replicator().throttle(1 << 20);
                daemon.replicator().resync(List.of("t"));
                Await.until("a range is copied again", LIMIT, () -> ranges(sides) > 0);
                sides.source().execute("UPDATE t SET v = 1 WHERE id % 7 = 0");
                assertThat(sides.source()
                                .number("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                        + " WHERE datname = current_database() AND application_name LIKE '%snapshot%'"))
                        .isPositive();
                daemon.awaitTold("copying tables beside the stream failed");
                daemon.replicator().throttle(0);
                daemon.awaitTold("1 tables stream again");
                assertEqual(sides);
                assertThat(daemon.toString()).doesNotContain(LEFT);
            }
        }
    }

    @Test
    void goesOnAfterAPause() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE, "CREATE TABLE other (id int PRIMARY KEY)");
            sides.source().execute(ROWS);
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 2, split_size: 1MB }"))) {
                daemon.replicator().throttle(1 << 20);
                daemon.replicator().resync(List.of("t"));
                Await.until("a range is copied again", LIMIT, () -> ranges(sides) > 0);
                daemon.replicator().pause();
                assertThat(daemon.replicator().status().phase()).isEqualTo(Phase.PAUSED.word());
                sides.source().execute("UPDATE t SET v = 1 WHERE id % 7 = 0", "DELETE FROM t WHERE id % 5 = 0");
                daemon.replicator().throttle(0);
                daemon.replicator().resume();
                daemon.awaitTold("1 tables stream again");
                assertEqual(sides);
                assertThat(daemon.toString()).doesNotContain(LEFT);
            }
        }
    }

    /** While the copy's snapshot is taken, in the copy, between it and the first round, and in the rounds. */
    @Test
    void uniqueValuesMoveBetweenRowsMeanwhile() throws Exception {
        System.out.println("seed " + seed);
        try (Sides sides = Sides.of(17, 17)) {
            sides.execute(UniqueMoves.TABLE, "CREATE TABLE other (id int PRIMARY KEY)");
            sides.source().execute(UniqueMoves.ROWS);
            UniqueMoves moves = new UniqueMoves(sides.source(), seed);
            AtomicBoolean stopped = new AtomicBoolean();
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 2, split_size: 1MB }"));
                    Connection writer = sides.source().connection()) {
                sides.target().execute("DELETE FROM t WHERE id % 3 = 0");
                daemon.replicator().throttle(1 << 20);
                holdSlots(writer);
                daemon.replicator().resync(List.of("t"));
                daemon.awaitTold("waits for running transactions");
                moves.once();
                writer.commit();
                Await.until("a range is copied again", LIMIT, () -> ranges(sides) > 0);
                moves.once();
                holdSlots(writer);
                daemon.replicator().throttle(0);
                Await.until("t is copied and has not joined", LIMIT, () -> isCopied(sides));
                moves.once();
                awaitOther(sides, 1);
                CompletableFuture<Void> storm = CompletableFuture.runAsync(() -> moves.run(stopped));
                writer.commit();
                daemon.awaitTold("1 tables stream again");
                stopped.set(true);
                storm.join();
                assertEqual(sides);
                assertThat(daemon.toString()).doesNotContain(LEFT).doesNotContain("failed");
            } finally {
                stopped.set(true);
            }
        }
    }

    /** Keys wait in a session that may have nothing to do for as long as the copy takes. */
    @Test
    void itsSessionsOutliveTheTimeoutsOfTheDatabases() throws Exception {
        try (Sides sides = Sides.of(17, 17)) {
            sides.execute(TABLE, "CREATE TABLE other (id int PRIMARY KEY)");
            sides.source().execute(ROWS);
            for (TestDatabase database : List.of(sides.source(), sides.target())) {
                database.execute(
                        "ALTER DATABASE " + database.name() + " SET idle_session_timeout = '2s'",
                        "ALTER DATABASE " + database.name() + " SET transaction_timeout = '2s'");
            }
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 1, split_size: 1MB }"))) {
                daemon.replicator().throttle(1 << 20);
                daemon.replicator().resync(List.of("t"));
                daemon.awaitTold("1 tables stream again");
                awaitOther(sides, 1);
                assertEqual(sides);
                assertThat(daemon.toString()).doesNotContain(LEFT).doesNotContain("failed");
            }
        }
    }

    @Test
    void isNotBegunForARequestThatWasGivenUp() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE, "CREATE TABLE other (id int PRIMARY KEY)");
            sides.source().execute(ROWS);
            try (Daemon daemon = Daemon.streaming(settings(sides).with("copy", "{ jobs: 2, split_size: 1MB }"));
                    Connection holding = sides.target().connection()) {
                daemon.replicator().throttle(512 << 10);
                holdLanes(sides, holding);
                Thread asking =
                        Thread.ofPlatform().unstarted(() -> daemon.replicator().resync(List.of("t")));
                asking.setUncaughtExceptionHandler((_, _) -> {});
                asking.start();
                Await.until("the daemon has the request", LIMIT, () -> requests(sides, "resync", "running") == 1);
                asking.interrupt();
                Await.until("the request was given up", LIMIT, () -> requests(sides, "resync", "failed") == 1);
                CompletableFuture<VerificationReport> compared = CompletableFuture.supplyAsync(
                        () -> daemon.replicator().verify(VerifyLevel.COUNTS, TableFilter.ALL));
                Await.until("the daemon compares", LIMIT, () -> requests(sides, "verify", "running") == 1);
                holding.commit();
                assertThat(compared.get(LIMIT.toSeconds(), TimeUnit.SECONDS).equal())
                        .isTrue();
                assertThat(sides.target().number("SELECT count(*) FROM replicator.table_progress WHERE joining"))
                        .isZero();
                assertThat(sides.target().number("SELECT count(*) FROM t")).isEqualTo(RowStorm.ROWS);
            }
        }
    }

    private static long requests(Sides sides, String kind, String state) throws SQLException {
        return sides.target()
                .number("SELECT count(*) FROM replicator.request WHERE kind = ? AND state = ?", kind, state);
    }

    /** Keeps a lane from applying a change of the table that the holding transaction has locked. */
    private static void holdLanes(Sides sides, Connection holding) throws SQLException {
        holding.setAutoCommit(false);
        try (Statement statement = holding.createStatement()) {
            statement.execute("LOCK TABLE other IN SHARE MODE");
        }
        sides.source().execute("INSERT INTO other VALUES (0)");
        Await.until("a lane waits for the lock", LIMIT, () -> waitingLanes(sides, "other") > 0);
    }

    private static long waitingLanes(Sides sides, String table) throws SQLException {
        return sides.target()
                .number(
                        "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                                + " WHERE relation = to_regclass(?) AND NOT granted"
                                + " AND application_name LIKE 'replicator lane%'",
                        table);
    }

    @Test
    void isRefusedWhereNoSlotIsFree() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE, "CREATE TABLE other (id int PRIMARY KEY)");
            sides.source().execute(ROWS);
            try (Daemon daemon = Daemon.streaming(settings(sides))) {
                try {
                    sides.source()
                            .execute("SELECT pg_create_physical_replication_slot('spare_' || n) FROM generate_series(1,"
                                    + " current_setting('max_replication_slots')::int"
                                    + " - (SELECT count(*)::int FROM pg_replication_slots)) AS n");
                    assertThatThrownBy(() -> daemon.replicator().resync(List.of("t")))
                            .hasMessageContaining("max_replication_slots");
                } finally {
                    sides.source()
                            .execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                                    + " WHERE slot_name LIKE 'spare%'");
                }
                assertThat(sides.target().number("SELECT count(*) FROM t")).isEqualTo(RowStorm.ROWS);
                daemon.replicator().resync(List.of("t"));
                daemon.awaitTold("1 tables stream again");
                awaitOther(sides, 1);
                assertEqual(sides);
            }
        }
    }

    /** The target commits that t streams again, and the connection breaks before it says so. */
    @Test
    void losesNothingWhenItIsUnknownWhetherTablesJoined() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE, "CREATE TABLE other (id int PRIMARY KEY)");
            sides.source().execute(ROWS);
            Settings settings = settings(sides);
            try (Replicator asked = new Replicator(settings.config());
                    Connection holding = sides.target().connection();
                    Statement statement = holding.createStatement()) {
                try (DaemonProcess daemon = run(settings)) {
                    awaitStreaming(asked, daemon);
                    sides.target()
                            .execute(
                                    "CREATE FUNCTION waits() RETURNS trigger LANGUAGE plpgsql AS"
                                            + " 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END'",
                                    "CREATE TRIGGER waits BEFORE UPDATE ON replicator.table_progress FOR EACH ROW"
                                            + " WHEN (OLD.joining AND NOT NEW.joining) EXECUTE FUNCTION waits()");
                    statement.execute("SELECT pg_advisory_lock(7)");
                    asked.resync(List.of("t"));
                    Await.until("t is about to join", LIMIT, () -> controlWaits(sides, "Lock"));
                    holding.setAutoCommit(false);
                    statement.execute("LOCK TABLE t IN SHARE MODE");
                    sides.source().execute("UPDATE t SET v = 1 WHERE id % 7 = 0", "INSERT INTO other VALUES (1)");
                    loseAnswer(sides, statement);
                    Await.until(
                            "the stream goes on",
                            LIMIT,
                            () -> waitingLanes(sides, "t") > 0
                                    || sides.target().number("SELECT count(*) FROM other") == 1);
                    daemon.kill();
                    holding.commit();
                }
                try (DaemonProcess daemon = run(settings)) {
                    awaitStreaming(asked, daemon);
                    awaitOther(sides, 2);
                    assertEqual(sides);
                }
            }
        }
    }

    /** A commit that waits for a standby has happened, but a terminated session does not learn of it. */
    private static void loseAnswer(Sides sides, Statement holding) throws SQLException {
        CompletableFuture<Void> probe;
        try {
            sides.target().execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", "SELECT pg_reload_conf()");
            probe = CompletableFuture.runAsync(() -> create(sides, "probe"));
            Await.until(
                    "commits wait for a standby",
                    LIMIT,
                    () -> probe.isDone()
                            || sides.target()
                                            .number("SELECT count(*) FROM pg_stat_activity"
                                                    + " WHERE datname = current_database() AND wait_event = 'SyncRep'"
                                                    + " AND query LIKE 'CREATE TABLE probe%'")
                                    > 0);
            holding.execute("SELECT pg_advisory_unlock(7)");
            Await.until("the commit waits for a standby", LIMIT, () -> controlWaits(sides, "IPC"));
            sides.target()
                    .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE datname = current_database() AND application_name = 'replicator control'");
        } finally {
            sides.target().execute("ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()");
        }
        probe.join();
        sides.target().execute("DROP TABLE probe");
    }

    private static void create(Sides sides, String table) {
        try {
            sides.target().execute("CREATE TABLE " + table + " (id int)");
        } catch (SQLException e) {
            throw new IllegalStateException("creating table " + table, e);
        }
    }

    private static boolean controlWaits(Sides sides, String type) throws SQLException {
        return sides.target()
                        .number(
                                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                        + " AND application_name = 'replicator control' AND wait_event_type = ?",
                                type)
                == 1;
    }

    /** A table of the target may take long to be emptied, and cannot be while somebody else has it locked. */
    @Test
    void makesWayForAPauseWhileATableIsEmptied() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE, "CREATE TABLE other (id int PRIMARY KEY)");
            sides.source().execute(ROWS);
            try (Daemon daemon = Daemon.streaming(settings(sides));
                    Connection holding = sides.target().connection();
                    Statement statement = holding.createStatement()) {
                holding.setAutoCommit(false);
                statement.execute("LOCK TABLE t IN SHARE MODE");
                daemon.replicator().resync(List.of("t"));
                Await.until(
                        "the table waits to be emptied",
                        LIMIT,
                        () -> sides.target()
                                        .number("SELECT count(*) FROM pg_locks WHERE relation = 't'::regclass"
                                                + " AND NOT granted")
                                > 0);
                daemon.replicator().pause();
                assertThat(daemon.replicator().status().phase()).isEqualTo(Phase.PAUSED.word());
                holding.commit();
                daemon.replicator().resume();
                daemon.awaitTold("1 tables stream again");
                awaitOther(sides, 1);
                assertEqual(sides);
                assertThat(daemon.toString()).doesNotContain(LEFT);
            }
        }
    }

    /** What fails for a moment must not make the stream of all tables wait for a whole copy. */
    @Test
    void triesAgainAfterAPause() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE, "CREATE TABLE other (id int PRIMARY KEY)");
            sides.source().execute(ROWS);
            try (Daemon daemon = Daemon.streaming(settings(sides))) {
                sides.target().execute("ALTER TABLE t ADD CONSTRAINT none CHECK (id < 0) NOT VALID");
                daemon.replicator().resync(List.of("t"));
                daemon.awaitTold("copying tables beside the stream failed");
                sides.target().execute("ALTER TABLE t DROP CONSTRAINT none");
                daemon.awaitTold("1 tables stream again");
                awaitOther(sides, 1);
                assertEqual(sides);
                assertThat(daemon.toString()).doesNotContain(LEFT);
            }
        }
    }

    @Test
    void namesTheTableThatIsMissingOnTheTarget() throws Exception {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(TABLE, "CREATE TABLE other (id int PRIMARY KEY)");
            try (Daemon daemon = Daemon.streaming(settings(sides))) {
                sides.target().execute("DROP TABLE t");
                daemon.replicator().resync(List.of("t"));
                ReplicatorException failure = daemon.awaitFailure();
                assertThat(failure.code()).isEqualTo(ErrorCode.TABLE_MISSING);
                assertThat(failure).hasMessageContaining("public.t");
            }
        }
    }

    /** A transaction that writes keeps slots from being created. */
    private static void holdSlots(Connection writer) throws SQLException {
        writer.setAutoCommit(false);
        try (Statement statement = writer.createStatement()) {
            statement.execute("SELECT txid_current()");
        }
    }

    private static void awaitOther(Sides sides, int id) throws SQLException {
        sides.source().execute("INSERT INTO other VALUES (" + id + ")");
        Await.until(
                "a change of another table arrives",
                LIMIT,
                () -> sides.target().number("SELECT count(*) FROM other WHERE id = ?", id) == 1);
    }

    private static void assertEqual(Sides sides) throws SQLException {
        Await.until(
                "both sides are equal",
                LIMIT,
                () -> sides.compare(ComparisonOptions.rowsOnly()).equal());
    }

    /** Before the table is emptied, it is marked and still has the ranges of the first copy. */
    private static long ranges(Sides sides) throws SQLException {
        return sides.target()
                .number("SELECT count(*) FROM replicator.copy_range r JOIN replicator.table_progress p"
                        + " USING (migration, schema_name, table_name)"
                        + " WHERE r.copied AND p.joining AND p.state = 'pending'");
    }

    private static void awaitStreaming(Replicator asked, DaemonProcess daemon) {
        Await.until("the daemon streams", LIMIT, () -> {
            assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
            return Phase.STREAMING.word().equals(asked.status().phase())
                    && asked.status().daemon().equals("running");
        });
    }

    private static DaemonProcess run(Settings settings) {
        return DaemonProcess.start("-c", settings.file().toString(), "run");
    }

    private static Settings settings(Sides sides) {
        return sides.settings().existingSchema().with("capture", "wal");
    }
}
