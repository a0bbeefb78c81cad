package io.replicator.scenario;

import static io.replicator.scenario.CutoverScene.LONG;
import static io.replicator.scenario.CutoverScene.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.cutover.CutoverResult;
import io.replicator.postgres.SqlStates;
import io.replicator.scenario.CutoverScene.Asked;
import io.replicator.testkit.Await;
import io.replicator.testkit.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the source's writers when a cutover holds and then refuses them. */
class CutoverFenceIT {
    private static final String READ_ONLY_SQL_TRANSACTION = "25006";
    private static final Duration AUTOVACUUM_LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"readonly", "none"})
    void waitsForPreparedTransactions(String fence) throws Exception {
        try (CutoverScene scene = CutoverScene.of(directory, fence);
                Connection session = scene.writer()) {
            Asked asked = scene.askBehind(
                    LONG,
                    session,
                    "INSERT INTO t VALUES (101, 'prepared')",
                    "PREPARE TRANSACTION '" + transaction(scene) + "'");
            scene.awaitFence(fence);
            assertThat(asked.answer()).isNotDone();
            session.setAutoCommit(true);
            execute(session, "COMMIT PREPARED '" + transaction(scene) + "'");
            CutoverResult result = asked.await();
            assertThat(result.switched()).as("%s", result).isTrue();
            assertThat(scene.sides().target().text("SELECT v FROM t WHERE id = 101"))
                    .isEqualTo("prepared");
        }
    }

    /** Its name is the server's, which other tests use too. */
    private static String transaction(CutoverScene scene) {
        return scene.sides().source().name();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Connection.TRANSACTION_READ_COMMITTED,
                Connection.TRANSACTION_REPEATABLE_READ,
                Connection.TRANSACTION_SERIALIZABLE
            })
    void refusesTransactionsThatBeganBeforeIt(int isolation) throws Exception {
        try (CutoverScene scene = CutoverScene.of(directory, "readonly");
                Connection session = scene.sides().source().connection()) {
            session.setTransactionIsolation(isolation);
            session.setAutoCommit(false);
            try (PreparedStatement update = session.prepareStatement("UPDATE t SET v = ? WHERE id = 1")) {
                prepareAtServer(session, update);
                execute(session, "SELECT count(*) FROM t");
                scene.release();
                CutoverResult result = scene.ask(LONG).await();
                assertThat(result.switched()).as("%s", result).isTrue();
                update.setString(1, "too late");
                assertRefused(update::executeUpdate);
            }
            session.rollback();
            assertThat(scene.sides().source().number("SELECT count(*) FROM t WHERE v = 'too late'"))
                    .isZero();
        }
    }

    private static void prepareAtServer(Connection session, PreparedStatement update) throws SQLException {
        for (int i = 0; i < 10; i++) {
            update.setString(1, "first");
            update.executeUpdate();
        }
        session.commit();
    }

    /** It comes before the fence or is refused; which of the two is not ours to say. */
    @Test
    void losesNothingOfAHeldWriter() throws Exception {
        try (CutoverScene scene = CutoverScene.of(directory, "readonly");
                Connection first = scene.writer();
                Connection held = scene.writer()) {
            Asked asked = scene.askBehind(LONG, first, "UPDATE t SET v = 'holds the fence up' WHERE id = 1");
            scene.awaitLockWaiter("fence");
            execute(held, "SET application_name = 'held writer'");
            Thread releases = Thread.ofPlatform()
                    .daemon()
                    .name("releases-the-fence")
                    .start(() -> {
                        scene.awaitLockWaiter("held writer");
                        commit(first);
                    });
            try {
                execute(held, "UPDATE t SET v = 'held' WHERE id = 1");
                held.commit();
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isEqualTo(READ_ONLY_SQL_TRANSACTION);
            }
            releases.join();
            CutoverResult result = asked.await();
            assertThat(result.switched()).as("%s", result).isTrue();
            assertThat(scene.sides().target().text("SELECT v FROM t WHERE id = 1"))
                    .isEqualTo(scene.sides().source().text("SELECT v FROM t WHERE id = 1"));
        }
    }

    private static void commit(Connection session) {
        try {
            session.commit();
        } catch (SQLException e) {
            throw new AssertionError("committing the first writer", e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"readonly", "none"})
    void isNotKeptByAnAutovacuum(String fence) throws Exception {
        try (CutoverScene scene = CutoverScene.of(directory, fence)) {
            Asked asked = scene.askAndAwaitFence(LONG);
            TestDatabase source = scene.sides().source();
            source.execute("ALTER SYSTEM SET autovacuum_naptime = '1s'", "SELECT pg_reload_conf()");
            try {
                source.execute(
                        "ALTER TABLE t SET (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,"
                                + " autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1)",
                        "INSERT INTO t SELECT n, repeat('v', 1000) FROM generate_series(1001, 20000) AS n",
                        "DELETE FROM t WHERE id % 10 = 0");
                Await.until(
                        "an autovacuum of t has begun",
                        AUTOVACUUM_LIMIT,
                        () -> source.number("SELECT count(*) FROM pg_stat_progress_vacuum WHERE relid = 't'::regclass"
                                        + " AND datname = current_database()")
                                > 0);
                scene.release();
                CutoverResult result = asked.await();
                assertThat(result.switched()).as("%s", result).isTrue();
            } finally {
                source.execute("ALTER SYSTEM RESET autovacuum_naptime", "SELECT pg_reload_conf()");
            }
        }
    }

    @Test
    void refusesEveryWayToWrite() throws Exception {
        try (CutoverScene scene = CutoverScene.of(directory, "readonly")) {
            scene.release();
            CutoverResult result = scene.ask(LONG).await();
            assertThat(result.switched()).as("%s", result).isTrue();
            for (String sql : List.of(
                    "INSERT INTO t VALUES (102, 'late')",
                    "UPDATE t SET v = 'late' WHERE id = 0",
                    "DELETE FROM t",
                    "TRUNCATE t",
                    "COPY t FROM PROGRAM 'echo 103'",
                    "SET session_replication_role = replica; DELETE FROM t",
                    "MERGE INTO t USING (SELECT 1 AS id) AS s ON t.id = s.id WHEN MATCHED THEN DELETE")) {
                assertRefused(() -> scene.sides().source().execute(sql));
            }
            assertThat(scene.sides().source().number("SELECT count(*) FROM t WHERE v = 'first'"))
                    .isEqualTo(100);
        }
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable write) {
        assertThatThrownBy(write)
                .isInstanceOfSatisfying(
                        SQLException.class,
                        refusal -> assertThat(SqlStates.has(refusal, READ_ONLY_SQL_TRANSACTION))
                                .as("%s", refusal)
                                .isTrue());
    }
}
