package io.replicator.daemon;

import io.replicator.apply.ApplyStatistics;
import io.replicator.apply.Barrier;
import io.replicator.apply.HeartbeatListener;
import io.replicator.apply.LaneFleet;
import io.replicator.apply.LaneRouter;
import io.replicator.apply.TableStarts;
import io.replicator.capture.ChangeSource;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.pipeline.ByteBudget;
import io.replicator.pipeline.ChangePipeline;
import io.replicator.postgres.QualifiedName;
import io.replicator.progress.Migration;
import java.time.Duration;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The running stream: receiver, pipeline and lanes. Ends when it is closed or when one of them fails. */
final class StreamSession implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final ChangeSource stream;
    private final LaneRouter router;
    private final ChangePipeline pipeline;
    /** Fifty flushes a second keep the lag far below the 250 ms it may have; the value itself is not measured. */
    private static final Duration LINGER = Duration.ofMillis(20);

    private final ByteBudget budget;
    private final ApplyStatistics statistics = new ApplyStatistics();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread receiver;
    private final TableStarts starts;
    private final Semaphore turn = new Semaphore(1);

    StreamSession(
            Ends ends,
            ChangeSource stream,
            Migration migration,
            SortedMap<Integer, Position> positions,
            TableStarts starts,
            HeartbeatListener listener) {
        this.stream = stream;
        this.starts = starts;
        budget = new ByteBudget(ends.config().apply().memoryBytes());
        LaneFleet fleet = new LaneFleet(
                ends.target(), migration, positions, ends.config().apply().laneCount(), budget, statistics, listener);
        router = new LaneRouter(fleet, starts, migration.name(), budget, ends.wholeTransactions(), LINGER);
        pipeline = new ChangePipeline(budget, router, "replicator-router");
        Position position = LaneFleet.first(positions);
        receiver = Thread.ofPlatform().name("replicator-stream").unstarted(() -> receive(position));
    }

    void start() {
        pipeline.start();
        receiver.start();
    }

    private void receive(Position position) {
        try {
            stream.run(position, pipeline, router);
            ended.complete(null);
        } catch (RuntimeException e) {
            ended.completeExceptionally(e);
        }
    }

    /**
     * Waits for the end of the stream.
     *
     * @return false when the limit ran out first
     * @throws ReplicatorException why it broke
     */
    boolean awaitEnd(Duration limit) throws InterruptedException {
        ReplicatorException failed = router.failure() == null ? pipeline.failure() : router.failure();
        if (failed != null) {
            throw failed;
        }
        try {
            ended.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException _) {
            return false;
        } catch (java.util.concurrent.ExecutionException e) {
            throw e.getCause() instanceof ReplicatorException known
                    ? known
                    : new ReplicatorException(ErrorCode.INTERNAL, "the stream failed: " + e.getCause(), e);
        }
    }

    ApplyStatistics statistics() {
        return statistics;
    }

    /**
     * Asks the lanes to stand still, once no other barrier is in the way.
     *
     * @return to be given to {@link #end} in a finally block
     */
    Barrier barrier() throws InterruptedException {
        turn.acquire();
        Barrier barrier = new Barrier();
        router.request(barrier);
        return barrier;
    }

    /** Lets the lanes go on. */
    void end(Barrier barrier) {
        barrier.end();
        turn.release();
    }

    /** What the target contains and cannot lose. */
    Position durable() {
        return router.durable();
    }

    @Nullable
    Position applied() {
        return statistics.position();
    }

    ChangeSource source() {
        return stream;
    }

    long pendingBytes() {
        return budget.used();
    }

    /** Whether every table's bulk load is behind us, so that the target is as the source once was. */
    boolean consistent() {
        return joining().isEmpty() && consistentButJoining();
    }

    /** Whether the target is as the source once was but for {@link #joining} tables. */
    boolean consistentButJoining() {
        return starts.reachedBy(statistics.position());
    }

    /** The tables that are copied while the stream goes on. */
    Set<QualifiedName> joining() {
        return starts.joining();
    }

    @Override
    public void close() {
        stream.stop();
        try {
            receiver.join(STOP_LIMIT);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        if (!pipeline.close(STOP_LIMIT)) {
            router.abort();
            pipeline.close(STOP_LIMIT);
        }
        router.close();
    }
}
