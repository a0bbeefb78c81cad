package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Servers;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to captured tables behind the triggers' back while changes are streamed. */
class TriggerDriftIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private Sides sides;

    @BeforeEach
    void createBothSides() throws SQLException {
        sides = Sides.of(15, 17);
        sides.execute("CREATE TABLE t (id int PRIMARY KEY, v text)", "CREATE TABLE u (id int PRIMARY KEY, v text)");
        sides.source().execute("INSERT INTO t SELECT n, 'copied' FROM generate_series(1, 100) AS n");
    }

    @AfterEach
    void dropBothSides() throws SQLException {
        sides.close();
    }

    private Daemon stream() {
        return Daemon.streaming(sides.settings().existingSchema().with("capture", "trigger"));
    }

    /** Nobody knows what was written while a trigger was not there, so the table is read again. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t DISABLE TRIGGER USER",
                "ALTER TABLE t DISABLE TRIGGER \"replicator_%s_update\"",
                "ALTER TABLE t ENABLE TRIGGER \"replicator_%s_update\"; SET session_replication_role = replica",
                "DROP TRIGGER \"replicator_%s_update\" ON t",
                "DROP TRIGGER \"replicator_%s_update\" ON t; CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql"
                        + " AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER \"replicator_%1$s_update\" AFTER UPDATE ON t"
                        + " EXECUTE PROCEDURE nothing()",
                "BEGIN; SAVEPOINT s; ALTER TABLE t DISABLE TRIGGER USER; RELEASE s; COMMIT",
            })
    void isNoticed(String tampering) throws SQLException {
        try (Daemon _ = stream()) {
            sides.assertEqualRows();
            sides.source()
                    .execute(
                            tampering.formatted(sides.source().text("SELECT 't'::regclass::oid")),
                            "UPDATE t SET v = 'unseen' WHERE id % 2 = 0");
            sides.assertEqualRows();
            assertThat(sides.source()
                            .number("SELECT count(*) FROM pg_trigger WHERE tgrelid = 't'::regclass"
                                    + " AND tgenabled = 'A'"))
                    .isEqualTo(4);
            sides.source().execute("UPDATE t SET v = 'seen' WHERE id % 3 = 0");
            sides.assertEqualRows();
        }
    }

    /** The transaction had its number before the windows that passed while it was open. */
    @Test
    void isNoticedWhenTheTransactionWasOpenForLong() throws SQLException {
        try (Daemon _ = stream();
                Connection open = sides.source().connection();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("SELECT txid_current()");
            statement.execute("SAVEPOINT s");
            sides.source().execute("INSERT INTO u VALUES (1, 'meanwhile')");
            sides.assertEqualRows();
            statement.execute("ALTER TABLE t DISABLE TRIGGER USER");
            sides.source().execute("INSERT INTO u VALUES (2, 'meanwhile')");
            sides.assertEqualRows();
            statement.execute("UPDATE t SET v = 'unseen'");
            statement.execute("RELEASE s");
            open.commit();
            sides.assertEqualRows();
        }
    }

    /** Temporary tables come and go all the time. */
    @Test
    void isNoticedAmongOtherChangesOfTheCatalog() throws SQLException {
        try (Daemon _ = stream()) {
            for (int i = 0; i < 10; i++) {
                sides.source()
                        .execute(
                                "CREATE TEMP TABLE passing (id int PRIMARY KEY)",
                                "INSERT INTO t VALUES (1000 + " + i + ", 'v')");
            }
            sides.source()
                    .execute(
                            "ALTER TABLE t DISABLE TRIGGER USER",
                            "DELETE FROM t WHERE id % 2 = 0",
                            "CREATE TEMP TABLE passing (id int PRIMARY KEY)");
            sides.assertEqualRows();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t ALTER v TYPE varchar(100) USING v || '!'",
                "VACUUM FULL t",
                "CLUSTER t USING t_pkey",
                "TRUNCATE t",
                "TRUNCATE t; INSERT INTO t VALUES (1, 'one'); TRUNCATE t; INSERT INTO t VALUES (2, 'two')",
                "BEGIN; TRUNCATE t; ROLLBACK",
                "ALTER TABLE t ADD COLUMN extra int DEFAULT 7",
                "ALTER TABLE t ALTER id TYPE bigint",
            })
    void readsRewrittenTablesExactly(String rewriting) throws SQLException {
        sides.target().execute("ALTER TABLE t ALTER id TYPE bigint, ADD COLUMN extra int DEFAULT 7");
        sides.source().execute("ALTER TABLE t ADD COLUMN extra_too int");
        sides.target().execute("ALTER TABLE t ADD COLUMN extra_too int");
        try (Daemon _ = stream()) {
            sides.source().execute("UPDATE t SET v = 'before' WHERE id % 2 = 0", rewriting);
            sides.source()
                    .execute(
                            "INSERT INTO t VALUES (500, 'after') ON CONFLICT DO NOTHING",
                            "UPDATE t SET v = 'after' WHERE id % 3 = 0",
                            "DELETE FROM t WHERE id % 5 = 0");
            sides.awaitApplied();
            String rows = "SELECT count(*) || ' ' || coalesce(sum(hashtext(id || v)), 0) FROM t";
            assertThat(sides.target().text(rows)).isEqualTo(sides.source().text(rows));
        }
    }

    /** The functions find no key any more; the application must not feel it, and the target gets the rows. */
    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void failsNoApplicationWhenAKeyColumnIsRenamed(String column) throws SQLException {
        sides.execute("CREATE TABLE composed (x int, a int, b text, PRIMARY KEY (a, b))");
        try (Daemon daemon = stream();
                Connection application = sides.source().connection();
                Statement statement = application.createStatement()) {
            statement.execute("INSERT INTO composed SELECT n, n, 'b' || n FROM generate_series(1, 100) AS n");
            sides.assertEqualRows();
            daemon.replicator().pause();
            daemon.awaitPhase(Phase.PAUSED);
            statement.execute("ALTER TABLE composed RENAME " + column + " TO renamed");
            assertThatCode(() -> {
                        statement.execute("INSERT INTO composed VALUES (0, 0, 'new')");
                        statement.execute("UPDATE composed SET x = x + 1");
                        statement.execute("UPDATE composed SET renamed = '7777' WHERE x = 3");
                        statement.execute("DELETE FROM composed WHERE x > 50");
                    })
                    .doesNotThrowAnyException();
            sides.target().execute("ALTER TABLE composed RENAME " + column + " TO renamed");
            daemon.replicator().resume();
            sides.assertEqualRows();
        }
    }

    @Test
    void failsNoApplicationWhenAKeyColumnIsDropped() throws SQLException {
        try (Daemon daemon = stream();
                Connection application = sides.source().connection();
                Statement statement = application.createStatement()) {
            statement.execute("INSERT INTO u VALUES (1, 'one'), (2, 'two')");
            sides.assertEqualRows();
            daemon.replicator().pause();
            daemon.awaitPhase(Phase.PAUSED);
            statement.execute("ALTER TABLE u DROP COLUMN id");
            assertThatCode(() -> {
                        statement.execute("INSERT INTO u VALUES ('three')");
                        statement.execute("UPDATE u SET v = v || '!'");
                        statement.execute("DELETE FROM u WHERE v = 'one!'");
                    })
                    .doesNotThrowAnyException();
            sides.target().execute("ALTER TABLE u DROP COLUMN id");
            daemon.replicator().resume();
            sides.assertEqualRows();
        }
    }

    @Test
    void leavesOutATableThatIsDroppedAndGoesOn() throws SQLException {
        try (Daemon daemon = stream()) {
            sides.source()
                    .execute("INSERT INTO u VALUES (1, 'one')", "DROP TABLE t", "INSERT INTO u VALUES (2, 'two')");
            Await.until("u goes on", LIMIT, () -> sides.target().number("SELECT count(*) FROM u") == 2);
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    /** What a subscription applies fires no statement-level triggers, and this one is created afterwards. */
    @Test
    void capturesATableThatASubscriptionBeginsToWriteTo() throws SQLException {
        TestDatabase publisher = Servers.database(Servers.server(17, "publisher"));
        try {
            publisher.execute("CREATE TABLE u (id int PRIMARY KEY, v text)", "CREATE PUBLICATION p FOR TABLE u");
            publisher.execute("INSERT INTO u SELECT n, 'there before' FROM generate_series(1, 50) AS n");
            try (Daemon _ = stream()) {
                sides.source()
                        .execute("CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port="
                                + publisher.server().address().port() + " user=postgres dbname=" + publisher.name()
                                + "' PUBLICATION p");
                publisher.execute(
                        "INSERT INTO u SELECT n, 'published' FROM generate_series(101, 200) AS n",
                        "UPDATE u SET id = id + 1000 WHERE id % 10 = 0",
                        "DELETE FROM u WHERE id = 1");
                Await.until(
                        "the rows are on the source",
                        LIMIT,
                        () -> sides.source().number("SELECT count(*) FROM u") == 149
                                && sides.source().number("SELECT count(*) FROM u WHERE id > 1000") == 15);
                sides.assertEqualRows();
                publisher.execute("UPDATE u SET v = 'later'");
                Await.until(
                        "the last change is on the source",
                        LIMIT,
                        () -> sides.source().number("SELECT count(*) FROM u WHERE v = 'later'") == 149);
                sides.assertEqualRows();
            } finally {
                sides.source().execute("DROP SUBSCRIPTION s");
            }
        } finally {
            publisher.drop();
        }
    }

    /** Also below a partitioned table that is itself new. */
    @Test
    void readsPartitionsThatComeLaterAtAnyDepth() throws SQLException {
        sides.execute(
                "CREATE TABLE p (id int, r int, s int, PRIMARY KEY (id, r, s)) PARTITION BY LIST (r)",
                "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)");
        try (Daemon _ = stream()) {
            sides.source().execute("INSERT INTO p SELECT n, 1, 1 FROM generate_series(1, 10) AS n");
            sides.assertEqualRows();
            String[] deeper = {
                "CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2) PARTITION BY LIST (s)",
                "CREATE TABLE p2_1 PARTITION OF p2 FOR VALUES IN (1)",
                "CREATE TABLE p2_2 (s int NOT NULL, r int NOT NULL, id int NOT NULL, PRIMARY KEY (id, r, s))",
            };
            sides.execute(deeper);
            sides.source().execute("INSERT INTO p2_2 VALUES (2, 2, 100)");
            sides.execute("ALTER TABLE p2 ATTACH PARTITION p2_2 FOR VALUES IN (2)");
            sides.source()
                    .execute(
                            "INSERT INTO p VALUES (1000, 2, 1), (1001, 2, 2)",
                            "UPDATE p SET r = 2, s = 2 WHERE id = 5",
                            "DELETE FROM p WHERE id = 100");
            sides.assertEqualRows();
            sides.source().execute("UPDATE p SET s = 3 - s WHERE r = 2", "TRUNCATE p2_1");
            sides.assertEqualRows();
            assertThat(sides.target().number("SELECT count(*) FROM p WHERE r = 2"))
                    .isEqualTo(sides.source().number("SELECT count(*) FROM p WHERE r = 2"));
        }
    }

    /** A child may hold the keys that its parent has. */
    @Test
    void keepsChildrenApartFromTheirParents() throws SQLException {
        sides.execute(
                "CREATE TABLE child (extra int, PRIMARY KEY (id)) INHERITS (t)",
                "CREATE TABLE later (id int PRIMARY KEY, v text)");
        try (Daemon _ = stream()) {
            sides.source()
                    .execute(
                            "INSERT INTO child SELECT n, 'child', n FROM generate_series(1, 100) AS n",
                            "DELETE FROM ONLY t WHERE id % 2 = 0",
                            "UPDATE ONLY t SET v = 'parent' WHERE id % 3 = 0",
                            "DELETE FROM child WHERE id % 5 = 0",
                            "UPDATE t SET v = v || '!' WHERE id % 7 = 0");
            sides.assertEqualRows();
            sides.execute("ALTER TABLE later INHERIT t");
            sides.source()
                    .execute(
                            "INSERT INTO later SELECT n, 'later' FROM generate_series(1, 100) AS n",
                            "UPDATE t SET v = v || '?' WHERE id % 7 = 0",
                            "DELETE FROM t WHERE id % 11 = 0",
                            "TRUNCATE ONLY t");
            sides.assertEqualRows();
            sides.execute("ALTER TABLE later NO INHERIT t");
            sides.source().execute("UPDATE later SET v = 'alone'", "INSERT INTO t VALUES (1, 'new')");
            sides.assertEqualRows();
        }
    }
}
