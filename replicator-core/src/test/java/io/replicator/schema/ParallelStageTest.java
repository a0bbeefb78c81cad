package io.replicator.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ParallelStageTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @Test
    void startsHeavyEntriesFirstAndKeepsTheOrderOfEquals() throws InterruptedException {
        ParallelStage stage =
                stage(List.of(entry(1, 10, "a"), entry(2, 30, "b"), entry(3, 10, "c"), entry(4, 20, "d")));

        assertThat(List.of(number(stage), number(stage), number(stage), number(stage)))
                .containsExactly(2, 4, 1, 3);
        assertThat(stage.next()).isNull();
    }

    @Test
    void neverLocksATableTwice() throws InterruptedException {
        ParallelStage stage = stage(List.of(entry(1, 9, "a", "b"), entry(2, 8, "b"), entry(3, 7, "c")));

        SchemaEntry first = Objects.requireNonNull(stage.next());
        assertThat(first.number()).isEqualTo(1);
        assertThat(number(stage)).isEqualTo(3);

        Thread[] waiting = new Thread[1];
        CompletableFuture<@Nullable SchemaEntry> last = new CompletableFuture<>();
        waiting[0] = Thread.ofPlatform().start(() -> take(stage, last));
        awaitWaiting(waiting[0]);
        assertThat(last).isNotDone();
        stage.finished(first);
        assertThat(last.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join())
                .isNotNull()
                .satisfies(entry -> assertThat(entry.number()).isEqualTo(2));
    }

    @Test
    void handsOutNothingOnceStopped() throws InterruptedException {
        ParallelStage stage = stage(List.of(entry(1, 1, "a"), entry(2, 1, "a")));
        assertThat(number(stage)).isEqualTo(1);
        CompletableFuture<@Nullable SchemaEntry> next = new CompletableFuture<>();
        awaitWaiting(Thread.ofPlatform().start(() -> take(stage, next)));

        stage.stop();

        assertThat(next.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join()).isNull();
    }

    @Test
    void handsOutIndexesOfOneTableSideBySideAndWhatLocksItOutAlone() throws InterruptedException {
        ParallelStage stage = stage(List.of(index(1, 9), index(2, 8), entry(3, 7, "a")));
        SchemaEntry first = Objects.requireNonNull(stage.next());
        SchemaEntry second = Objects.requireNonNull(stage.next());
        CompletableFuture<@Nullable SchemaEntry> last = new CompletableFuture<>();
        Thread waiting = Thread.ofPlatform().start(() -> take(stage, last));
        awaitWaiting(waiting);
        stage.finished(first);
        awaitWaiting(waiting);
        assertThat(last).isNotDone();
        stage.finished(second);
        assertThat(last.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join())
                .isNotNull()
                .satisfies(entry -> assertThat(entry.number()).isEqualTo(3));
    }

    @Test
    void waitsForMoreUntilItIsComplete() throws InterruptedException {
        ParallelStage stage = new ParallelStage();
        CompletableFuture<@Nullable SchemaEntry> next = new CompletableFuture<>();
        awaitWaiting(Thread.ofPlatform().start(() -> take(stage, next)));

        stage.add(List.of(entry(1, 1, "a")));

        assertThat(next.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join()).isNotNull();
        stage.complete();
        assertThat(stage.next()).isNull();
    }

    private static ParallelStage stage(List<SchemaEntry> entries) {
        ParallelStage stage = new ParallelStage();
        stage.add(entries);
        stage.complete();
        return stage;
    }

    private static SchemaEntry index(int number, long weight) {
        return new SchemaEntry(number, Stage.INDEXES, "INDEX", "i" + number, "CREATE INDEX", List.of("a"), weight);
    }

    private static void take(ParallelStage stage, CompletableFuture<@Nullable SchemaEntry> result) {
        try {
            result.complete(stage.next());
        } catch (InterruptedException e) {
            result.completeExceptionally(e);
        }
    }

    private static void awaitWaiting(Thread thread) {
        Awaitility.await("the thread waits for a table")
                .atMost(LIMIT)
                .until(() -> thread.getState() == Thread.State.WAITING);
    }

    private static int number(ParallelStage stage) throws InterruptedException {
        return Objects.requireNonNull(stage.next()).number();
    }

    private static SchemaEntry entry(int number, long weight, String... tables) {
        return new SchemaEntry(number, Stage.INDEXES, "CONSTRAINT", "i" + number, "", List.of(tables), weight);
    }
}
