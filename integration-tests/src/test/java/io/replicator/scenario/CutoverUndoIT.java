package io.replicator.scenario;

import static io.replicator.scenario.CutoverScene.LONG;
import static io.replicator.scenario.CutoverScene.SHORT;
import static io.replicator.scenario.CutoverScene.execute;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cutover.CutoverResult;
import io.replicator.scenario.CutoverScene.Asked;
import io.replicator.testkit.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cutovers that do not come to the point of no return, and what fails behind it. */
class CutoverUndoIT {
    @TempDir
    Path directory;

    @Test
    void undoesWhenABeforeHookFails() throws Exception {
        Path leave = directory.resolve("leave");
        try (CutoverScene scene =
                CutoverScene.of(directory, "readonly", Map.of("before", "echo no leave given; [ -e " + leave + " ]"))) {
            CutoverResult result = scene.ask(LONG).await();
            assertThat(result.switched()).isFalse();
            assertThat(result.failedStep()).isEqualTo("hook_before");
            assertThat(result.reason()).contains("exit code 1", "no leave given");
            assertThat(result.fencedMillis()).isZero();
            assertThat(scene.aborted())
                    .as("an earlier command may have stopped the application")
                    .isTrue();
            Files.createFile(leave);
            scene.assertGoesOn();
        }
    }

    @Test
    void undoesWhenAWriterOutlastsTheBudget() throws Exception {
        try (CutoverScene scene = CutoverScene.of(directory, "readonly");
                Connection writer = scene.writer()) {
            Asked asked = scene.askBehind(SHORT, writer, "UPDATE t SET v = 'outlasts' WHERE id = 2");
            CutoverResult result = asked.await();
            assertThat(result.switched()).isFalse();
            assertThat(result.failedStep()).isEqualTo("fence");
            assertThat(result.reason())
                    .contains("exceeded the budget of 2000 ms: locks are held by pid ", "on public.t");
            assertThat(scene.aborted()).isTrue();
            execute(writer, "UPDATE t SET v = 'outlasted' WHERE id = 3");
            writer.commit();
            scene.assertGoesOn();
            assertThat(scene.sides().target().text("SELECT v FROM t WHERE id = 3"))
                    .isEqualTo("outlasted");
        }
    }

    @Test
    void undoesWhenThePreparedTransactionOfNobodyStays() throws Exception {
        try (CutoverScene scene = CutoverScene.of(directory, "none");
                Connection session = scene.writer()) {
            String transaction = scene.sides().source().name();
            Asked asked = scene.askBehind(
                    SHORT,
                    session,
                    "INSERT INTO t VALUES (101, 'prepared')",
                    "PREPARE TRANSACTION '" + transaction + "'");
            CutoverResult result = asked.await();
            session.setAutoCommit(true);
            execute(session, "COMMIT PREPARED '" + transaction + "'");
            assertThat(result.switched()).isFalse();
            assertThat(result.reason())
                    .endsWith("somebody still writes on the source: prepared transaction '" + transaction
                            + "' on public.t");
            assertThat(scene.aborted()).isTrue();
            scene.assertGoesOn();
        }
    }

    @Test
    void undoesWhenCancelled() throws Exception {
        try (CutoverScene scene = CutoverScene.of(directory, "readonly");
                Connection writer = scene.writer()) {
            Asked asked =
                    scene.askBehind(LONG, writer, "UPDATE t SET v = 'keeps the fence from being raised' WHERE id = 2");
            scene.awaitLockWaiter("fence");
            asked.thread().interrupt();
            CutoverResult result = asked.await();
            assertThat(result.switched()).isFalse();
            assertThat(result.failedStep()).isEqualTo("fence");
            assertThat(result.reason()).isEqualTo("cancelled");
            assertThat(scene.aborted()).isTrue();
            writer.commit();
            scene.assertGoesOn();
        }
    }

    @Test
    void undoesWhenTheFenceFalls() throws Exception {
        try (CutoverScene scene = CutoverScene.of(directory, "readonly");
                Connection target = scene.sides().target().connection()) {
            target.setAutoCommit(false);
            Asked asked = scene.askBehind(LONG, target, "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
            scene.awaitStep("verify_fenced");
            scene.endFence();
            scene.sides().source().execute("UPDATE t SET v = 'written through the gap' WHERE id = 4");
            target.rollback();
            CutoverResult result = asked.await();
            assertThat(result.switched()).as("%s", result).isFalse();
            assertThat(scene.aborted()).isTrue();
            scene.assertGoesOn();
            assertThat(scene.sides().target().text("SELECT v FROM t WHERE id = 4"))
                    .isEqualTo("written through the gap");
        }
    }

    /** A step that hangs, here because somebody alters a sequence of the target, must not hold writers for longer. */
    @Test
    void letsWritersGoOnWhenTheBudgetIsSpent() throws Exception {
        try (CutoverScene scene = CutoverScene.of(directory, "readonly");
                Connection target = scene.sides().target().connection();
                Connection writer = scene.writer()) {
            scene.sides().execute("CREATE SEQUENCE s");
            target.setAutoCommit(false);
            Asked asked = scene.askBehind(CutoverScene.MEDIUM, target, "ALTER SEQUENCE s INCREMENT BY 2");
            scene.awaitStep("sequences");
            execute(writer, "SET statement_timeout = '30s'; UPDATE t SET v = 'held for the budget' WHERE id = 5");
            writer.commit();
            assertThat(asked.answer()).isNotDone();
            target.rollback();
            CutoverResult result = asked.await();
            assertThat(result.switched()).as("%s", result).isFalse();
            assertThat(result.reason()).contains("exceeded the budget");
            scene.assertGoesOn();
            assertThat(scene.sides().target().text("SELECT v FROM t WHERE id = 5"))
                    .isEqualTo("held for the budget");
        }
    }

    /** What is written when the fence falls is applied behind the undo, when triggers of the target are off again. */
    @Test
    void appliesNothingWhileTriggersOfTheTargetFire() throws Exception {
        try (CutoverScene scene = CutoverScene.of(
                        directory,
                        "readonly",
                        Map.of(),
                        "CREATE TABLE fired (id integer)",
                        "CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS"
                                + " 'BEGIN INSERT INTO public.fired VALUES (NEW.id); RETURN NEW; END'",
                        "CREATE TRIGGER fires AFTER INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION fire()",
                        "ALTER TABLE t ENABLE ALWAYS TRIGGER fires");
                Connection target = scene.sides().target().connection()) {
            scene.sides().execute("CREATE MATERIALIZED VIEW slow AS SELECT 1 AS one FROM pg_advisory_xact_lock(1)");
            execute(target, "SELECT pg_advisory_lock(1)");
            Asked asked = scene.askAndAwaitFence(CutoverScene.MEDIUM);
            scene.release();
            scene.awaitStep("complete_target");
            scene.awaitLockWaiterOnTarget("complete");
            scene.endFence();
            scene.sides().source().execute("UPDATE t SET v = 'written through the gap' WHERE id = 6");
            CutoverResult result = asked.await();
            assertThat(result.failedStep()).as("%s", result).isEqualTo("complete_target");
            Await.until(
                    "what was written through the gap arrives",
                    CutoverScene.LONG,
                    () -> "written through the gap"
                            .equals(scene.sides().target().text("SELECT v FROM t WHERE id = 6")));
            assertThat(scene.sides().target().number("SELECT count(*) FROM fired"))
                    .isZero();
        }
    }

    @Test
    void settlesASwitchThatCouldNotBeRecorded() throws Exception {
        try (CutoverScene scene = CutoverScene.of(directory, "readonly")) {
            scene.sides().target().execute("""
                    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN RAISE EXCEPTION ''not now''; END'""", """
                    CREATE TRIGGER refuses BEFORE UPDATE ON replicator.migration FOR EACH ROW
                    WHEN (NEW.phase = 'switched') EXECUTE FUNCTION refuse()""");
            scene.release();
            CutoverResult result = scene.ask(LONG).await();
            assertThat(result.switched()).as("%s", result).isTrue();
            assertThat(result.failedStep()).isEqualTo("record");
            scene.sides().target().execute("DROP TRIGGER refuses ON replicator.migration");
            scene.awaitSwitched();
        }
    }

    @Test
    void isNotCancelledBehindTheSwitch() throws Exception {
        Path go = directory.resolve("go");
        Path done = directory.resolve("done");
        try (CutoverScene scene = CutoverScene.of(
                directory,
                "readonly",
                Map.of("switch", "while [ ! -e " + go + " ]; do sleep 0.02; done; touch " + done))) {
            scene.release();
            Asked asked = scene.ask(LONG);
            scene.awaitStep("hook_switch");
            asked.thread().interrupt();
            scene.awaitCancellation();
            Files.createFile(go);
            CutoverResult result = asked.await();
            assertThat(result.switched()).as("%s", result).isTrue();
            assertThat(result.failedStep()).isNull();
            assertThat(done).exists();
        }
    }

    @Test
    void tellsOfAnAbortedHookThatFails() throws Exception {
        try (CutoverScene scene =
                        CutoverScene.of(directory, "readonly", Map.of("aborted", "echo pager is silent; exit 3"));
                Connection writer = scene.writer()) {
            Asked asked = scene.askBehind(SHORT, writer, "UPDATE t SET v = 'outlasts' WHERE id = 2");
            CutoverResult result = asked.await();
            assertThat(result.switched()).isFalse();
            assertThat(result.reason()).contains("exceeded the budget", "exit code 3", "pager is silent");
            writer.commit();
            scene.assertGoesOn();
        }
    }

    @Test
    void staysSwitchedWhenASwitchHookFails() throws Exception {
        Path after = directory.resolve("after");
        try (CutoverScene scene = CutoverScene.of(
                directory,
                "readonly",
                Map.of("switch", "echo no such application; exit 4", "after", "touch " + after))) {
            scene.release();
            CutoverResult result = scene.ask(LONG).await();
            assertThat(result.switched()).isTrue();
            assertThat(result.failedStep()).isEqualTo("hook_switch");
            assertThat(result.reason()).contains("exit code 4", "no such application");
            assertThat(scene.aborted()).isFalse();
        }
        assertThat(after).exists();
    }
}
