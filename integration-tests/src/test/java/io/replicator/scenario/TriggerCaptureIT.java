package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cli.demo.ComparisonOptions;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Roles;
import io.replicator.testkit.Servers;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What triggers have to capture: every kind of table and writer, and what goes round them. */
class TriggerCaptureIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int MANY_TABLES = Boolean.getBoolean("replicator.long") ? 5_000 : 400;

    @Test
    void capturesWritersOfEveryKind() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, v text)",
                    "CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree ON DELETE CASCADE ON UPDATE CASCADE)");
            sides.source()
                    .execute(
                            "CREATE SCHEMA evil",
                            "CREATE FUNCTION evil.wrong(int, int) RETURNS bool LANGUAGE sql AS 'SELECT false'",
                            "CREATE OPERATOR evil.= (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.wrong)",
                            "CREATE OPERATOR evil.<> (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.wrong)",
                            "CREATE FUNCTION evil.txid_current() RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
                            "DROP ROLE IF EXISTS application_writer",
                            "CREATE ROLE application_writer LOGIN",
                            "GRANT USAGE ON SCHEMA evil, public TO application_writer",
                            "GRANT SELECT, INSERT, UPDATE, DELETE ON t, tree TO application_writer");
            Settings settings = sides.settings().existingSchema().with("capture", "trigger");
            TestDatabase application = sides.source().as("application_writer");
            try (Connection before = application.connection();
                    PreparedStatement prepared =
                            before.prepareStatement("INSERT INTO t VALUES (?, 'prepared before')")) {
                prepared.unwrap(org.postgresql.PGStatement.class).setPrepareThreshold(1);
                prepared.setInt(1, 1);
                prepared.execute();
                try (Daemon _ = Daemon.streaming(settings);
                        Statement other = before.createStatement()) {
                    prepared.setInt(1, 2);
                    prepared.execute();
                    other.execute("SET search_path = evil, pg_catalog, public");
                    other.execute("INSERT INTO public.t SELECT n, 'hostile' FROM generate_series(10, 20) AS n");
                    other.execute("UPDATE public.t SET id = id + 100 WHERE v = 'hostile' AND id > 15");
                    sides.source()
                            .execute(
                                    "INSERT INTO t VALUES (1, 'x'), (3, 'y') ON CONFLICT (id) DO UPDATE SET v = 'conflict'",
                                    "MERGE INTO t USING (VALUES (3), (4)) AS m (id) ON t.id = m.id"
                                            + " WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (m.id, 'merged')",
                                    "WITH gone AS (DELETE FROM t WHERE id = 4 RETURNING id)"
                                            + " INSERT INTO t SELECT id + 1, 'moved' FROM gone",
                                    "INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2), (4, NULL), (5, 4)",
                                    "UPDATE tree SET id = 40 WHERE id = 4",
                                    "DELETE FROM tree WHERE id = 1",
                                    "SET session_replication_role = replica; INSERT INTO t VALUES (50, 'replica')",
                                    "BEGIN; SAVEPOINT s; INSERT INTO t VALUES (60, 'no'); ROLLBACK TO s;"
                                            + " INSERT INTO t VALUES (61, 'yes'); COMMIT",
                                    "COPY t FROM PROGRAM 'echo 70'"
                                            .replace("COPY t FROM PROGRAM 'echo 70'", "SELECT 1"));
                    try (Connection copying = sides.source().connection()) {
                        copying.unwrap(org.postgresql.PGConnection.class)
                                .getCopyAPI()
                                .copyIn("COPY t FROM STDIN", new java.io.StringReader("70\tcopied\n71\tcopied\n"));
                    } catch (java.io.IOException e) {
                        throw new IllegalStateException(e);
                    }
                    sides.awaitEqualRows();
                    assertThat(sides.target().number("SELECT count(*) FROM t")).isEqualTo(18);
                    assertThat(sides.target().number("SELECT parent FROM tree WHERE id = 5"))
                            .isEqualTo(40);
                }
            }
        }
    }

    @ParameterizedTest(name = "from {0}")
    @ValueSource(ints = {13, 15, 18})
    void capturesPartitionsAndInheritance(int sourceMajor) throws SQLException {
        try (Sides sides = Sides.of(sourceMajor, 17)) {
            sides.execute(
                    "CREATE TABLE p (id int, r int, v text, PRIMARY KEY (id, r)) PARTITION BY LIST (r)",
                    "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)",
                    "CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2)",
                    "CREATE TABLE p3 (id int NOT NULL, r int NOT NULL, v text, PRIMARY KEY (id, r))",
                    "CREATE TABLE q (id int, r int, PRIMARY KEY (id, r)) PARTITION BY RANGE (r)",
                    "CREATE TABLE q1 PARTITION OF q FOR VALUES FROM (0) TO (10) PARTITION BY LIST (r)",
                    "CREATE TABLE q1_1 PARTITION OF q1 FOR VALUES IN (1)",
                    "CREATE TABLE q2 (id int NOT NULL, r int NOT NULL, PRIMARY KEY (id, r)) PARTITION BY LIST (r)",
                    "CREATE TABLE q2_11 PARTITION OF q2 FOR VALUES IN (11)",
                    "CREATE TABLE old (id int PRIMARY KEY, v text)",
                    "CREATE TABLE young (w int, PRIMARY KEY (id)) INHERITS (old)");
            Settings settings = sides.settings().existingSchema().with("capture", "trigger");
            try (Daemon _ = Daemon.streaming(settings)) {
                sides.source()
                        .execute(
                                "INSERT INTO p SELECT n, 1 + n % 2, 'v' FROM generate_series(1, 100) AS n",
                                "UPDATE p SET r = 3 - r WHERE id % 3 = 0",
                                "INSERT INTO p1 SELECT n, 1, 'leaf' FROM generate_series(1001, 1100) AS n",
                                "UPDATE p1 SET v = 'leaf update' WHERE id % 2 = 0",
                                "DELETE FROM p2 WHERE id % 5 = 0",
                                "INSERT INTO p3 SELECT n, 3, 'before' FROM generate_series(3001, 3050) AS n",
                                "INSERT INTO old VALUES (1, 'a'), (2, 'b')",
                                "INSERT INTO young VALUES (3, 'c', 1), (1, 'same id as the parent', 2)",
                                "UPDATE old SET v = v || '!'",
                                "UPDATE ONLY old SET v = 'parent alone' WHERE id = 1");
                sides.awaitEqualRows();
                sides.source().execute("DELETE FROM ONLY old WHERE id = 1");
                sides.awaitEqualRows();
                sides.execute(
                        "ALTER TABLE p ATTACH PARTITION p3 FOR VALUES IN (3)",
                        "CREATE TABLE q1_2 PARTITION OF q1 FOR VALUES IN (2)",
                        "ALTER TABLE q ATTACH PARTITION q2 FOR VALUES FROM (10) TO (20)",
                        "CREATE TABLE q2_12 PARTITION OF q2 FOR VALUES IN (12)");
                sides.source()
                        .execute(
                                "INSERT INTO q VALUES (1, 1), (2, 2), (3, 11), (4, 12)",
                                "UPDATE q SET r = 2 WHERE id = 1",
                                "UPDATE q SET r = 12 WHERE id = 3");
                sides.source()
                        .execute(
                                "INSERT INTO p VALUES (5000, 3, 'through the root')",
                                "UPDATE p SET r = 3 WHERE id = 7",
                                "TRUNCATE p2",
                                "INSERT INTO p VALUES (6000, 2, 'after the truncation')");
                sides.awaitEqualRows();
                sides.execute("ALTER TABLE p DETACH PARTITION p1");
                sides.source().execute("INSERT INTO p1 VALUES (7000, 1, 'detached')");
                sides.awaitEqualRows();
            }
        }
    }

    /** Statement-level triggers do not fire for what a subscription applies. */
    @Test
    void capturesTablesThatASubscriptionWritesTo() throws SQLException {
        TestDatabase publisher = Servers.database(Servers.server(17, "publisher"));
        try (Sides sides = Sides.of(15, 17)) {
            publisher.execute("CREATE TABLE t (id int PRIMARY KEY, v text)", "CREATE PUBLICATION p FOR TABLE t");
            sides.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
            sides.source()
                    .execute("CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port="
                            + publisher.server().address().port() + " user=postgres dbname=" + publisher.name()
                            + "' PUBLICATION p");
            try (Daemon _ = Daemon.streaming(sides.settings().existingSchema().with("capture", "trigger"))) {
                publisher.execute(
                        "INSERT INTO t SELECT n, 'published' FROM generate_series(1, 100) AS n",
                        "UPDATE t SET id = id + 1000 WHERE id % 10 = 0",
                        "DELETE FROM t WHERE id = 1");
                Await.until(
                        "the subscription's rows arrive at the target",
                        LIMIT,
                        () -> sides.target().number("SELECT count(*) FROM t") == 99
                                && sides.target().number("SELECT count(*) FROM t WHERE id > 1000") == 10);
            } finally {
                sides.source().execute("DROP SUBSCRIPTION s");
            }
        } finally {
            publisher.drop();
        }
    }

    @Test
    void harmsNoApplicationThatPublishesAllTablesOrWidensItsKey() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.source().execute("CREATE PUBLICATION everything FOR ALL TABLES");
            sides.source().execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
            sides.target().execute("CREATE TABLE t (id bigint PRIMARY KEY, v text)");
            try (Daemon daemon =
                    Daemon.streaming(sides.settings().existingSchema().with("capture", "trigger"))) {
                sides.source()
                        .execute(
                                "INSERT INTO t SELECT n, 'v' FROM generate_series(1, 100) AS n",
                                "UPDATE t SET v = 'w' WHERE id < 50",
                                "ALTER TABLE t ALTER id TYPE bigint",
                                "INSERT INTO t VALUES (5000000000, 'wide')",
                                "DELETE FROM t WHERE id = 1",
                                "ALTER TABLE t DISABLE TRIGGER ALL",
                                "INSERT INTO t VALUES (6000000000, 'unseen')",
                                "ALTER TABLE t ENABLE TRIGGER ALL");
                sides.awaitEqualRows();
                assertThat(daemon.replicator().status().phase()).isEqualTo(Phase.STREAMING.word());
            }
        }
    }

    @Test
    void holdsWhatATransactionWroteThatWasOpenBeforeTheInstallation() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE u (id int PRIMARY KEY)");
            try (Connection open = sides.source().connection();
                    Statement statement = open.createStatement()) {
                open.setAutoCommit(false);
                statement.execute("INSERT INTO t VALUES (1)");
                try (Daemon daemon =
                        Daemon.start(sides.settings().existingSchema().with("capture", "trigger"))) {
                    daemon.awaitTold("capture waits for open transactions on table public.t");
                    sides.source().execute("INSERT INTO u VALUES (1)", "INSERT INTO t VALUES (2)");
                    statement.execute("INSERT INTO u VALUES (3)");
                    open.commit();
                    daemon.awaitPhase(Phase.STREAMING);
                    sides.awaitEqualRows();
                    assertThat(sides.target().number("SELECT count(*) FROM t")).isEqualTo(2);
                    assertThat(sides.target().number("SELECT count(*) FROM u")).isEqualTo(2);
                }
            }
        }
    }

    /** The target's role may not set session_replication_role, so its foreign keys are dropped and come back. */
    @Test
    void restoresForeignKeysOfEveryKindAfterInterruptions() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(
                    "CREATE TABLE a (id int PRIMARY KEY, b int)",
                    "CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a ON DELETE RESTRICT)",
                    "ALTER TABLE a ADD CONSTRAINT circle FOREIGN KEY (b) REFERENCES b DEFERRABLE INITIALLY DEFERRED",
                    "CREATE TABLE c (id int PRIMARY KEY, a int REFERENCES a ON DELETE CASCADE ON UPDATE CASCADE,"
                            + " self int REFERENCES c ON DELETE SET NULL)");
            String definitions = "SELECT string_agg(conrelid::regclass || ' ' || conname || ' '"
                    + " || pg_get_constraintdef(oid), '; ' ORDER BY conname) FROM pg_constraint WHERE contype = 'f'";
            String before = sides.target().text(definitions);
            TestDatabase target = Roles.plain(sides.target());
            Settings settings = sides.settings()
                    .existingSchema()
                    .source(Roles.heroku(sides.source()).url())
                    .target(target.url())
                    .with("capture", "trigger");
            String[] changes = {
                "BEGIN; INSERT INTO a VALUES (1, 1), (2, 2); INSERT INTO b VALUES (1, 1), (2, 2); COMMIT",
                "INSERT INTO c VALUES (1, 1, NULL), (2, 2, 1), (3, 1, 2)",
                "BEGIN; UPDATE a SET b = NULL WHERE id = 1; DELETE FROM b WHERE id = 1; DELETE FROM a WHERE id = 1; COMMIT",
                "INSERT INTO a VALUES (1, NULL)",
                "INSERT INTO c VALUES (7, 1, 2)"
            };
            for (String change : changes) {
                try (Daemon daemon = Daemon.streaming(settings)) {
                    sides.source().execute(change);
                    sides.awaitEqualRows();
                    assertThat(target.text(definitions)).isNull();
                    sides.target()
                            .execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                                    + " current_database() AND application_name LIKE 'replicator%'");
                    daemon.stop();
                }
            }
            try (Daemon daemon = Daemon.streaming(settings)) {
                Await.until(
                        "the lag is known",
                        LIMIT,
                        () -> daemon.replicator().status().lag().seconds() != null);
                CutoverResult result =
                        daemon.replicator().cutover(new CutoverOptions(Duration.ofSeconds(20), false), _ -> {});
                assertThat(result.switched()).as("%s", result).isTrue();
                daemon.awaitEnd();
            }
            assertThat(target.text(definitions)).isEqualTo(before);
            sides.compare(ComparisonOptions.afterCutover()).assertEqual();
        }
    }

    @Test
    void installsOnManyTablesAndContinuesWhereItWasCutOff() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            String create = "DO $$ BEGIN FOR i IN 1.." + MANY_TABLES + " LOOP EXECUTE format("
                    + "'CREATE TABLE t%s (id int PRIMARY KEY, v text)', i); IF i %% 100 = 0 THEN COMMIT; END IF;"
                            .replace("%%", "%")
                    + " END LOOP; END $$";
            sides.execute(create);
            Settings settings = sides.settings().existingSchema().with("capture", "trigger");
            try (Daemon daemon = Daemon.start(settings)) {
                daemon.awaitTold("capture triggers on");
                sides.source()
                        .execute(
                                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                                        + " AND application_name = 'replicator capture'");
                daemon.awaitPhase(Phase.STREAMING);
                assertThat(sides.source().number("SELECT count(*) FROM replicator.captured_table"))
                        .isEqualTo(MANY_TABLES);
                assertThat(sides.source()
                                .number("SELECT count(*) FROM pg_class WHERE relname LIKE 'change%' AND relkind = 'r'"))
                        .isEqualTo(3);
                sides.source()
                        .execute("INSERT INTO t7 VALUES (1, 'v')", "INSERT INTO t" + MANY_TABLES + " VALUES (2, 'w')");
                Await.until(
                        "both rows arrive",
                        LIMIT,
                        () -> sides.target().number("SELECT count(*) FROM t7") == 1
                                && sides.target().number("SELECT count(*) FROM t" + MANY_TABLES) == 1);
            }
        }
    }
}
