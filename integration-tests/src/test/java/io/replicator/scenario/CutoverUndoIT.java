package io.replicator.scenario;

import static io.replicator.scenario.CutoverScene.LONG;
import static io.replicator.scenario.CutoverScene.SHORT;
import static io.replicator.scenario.CutoverScene.execute;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cutover.CutoverResult;
import io.replicator.scenario.CutoverScene.Asked;
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
            assertThat(scene.aborted()).as("nothing had begun").isFalse();
            Files.createFile(leave);
            scene.assertGoesOn();
        }
    }

    @Test
    void undoesWhenAWriterOutlastsTheBudget() throws Exception {
        try (CutoverScene scene = CutoverScene.of(directory, "readonly");
                Connection writer = scene.writer()) {
            Asked asked = scene.askAndAwaitFence(SHORT);
            execute(writer, "UPDATE t SET v = 'outlasts' WHERE id = 2");
            scene.release();
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
            Asked asked = scene.askAndAwaitFence(SHORT);
            execute(session, "INSERT INTO t VALUES (101, 'prepared')");
            execute(session, "PREPARE TRANSACTION '" + transaction + "'");
            scene.release();
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
            Asked asked = scene.askAndAwaitFence(LONG);
            execute(writer, "UPDATE t SET v = 'keeps the fence from being raised' WHERE id = 2");
            scene.release();
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
            Asked asked = scene.askAndAwaitFence(LONG);
            execute(target, "LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
            scene.release();
            scene.awaitStep("verify_fenced");
            assertThat(scene.sides().source().number("""
                    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name LIKE '%fence%'""")).isEqualTo(1);
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

    @Test
    void tellsOfAnAbortedHookThatFails() throws Exception {
        try (CutoverScene scene =
                        CutoverScene.of(directory, "readonly", Map.of("aborted", "echo pager is silent; exit 3"));
                Connection writer = scene.writer()) {
            Asked asked = scene.askAndAwaitFence(SHORT);
            execute(writer, "UPDATE t SET v = 'outlasts' WHERE id = 2");
            scene.release();
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
