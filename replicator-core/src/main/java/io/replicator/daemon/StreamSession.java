package io.replicator.daemon;

import io.replicator.apply.ApplyStatistics;
import io.replicator.apply.Barrier;
import io.replicator.apply.HeartbeatListener;
import io.replicator.apply.Lane;
import io.replicator.apply.TableStarts;
import io.replicator.capture.ChangeSource;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.pipeline.ByteBudget;
import io.replicator.pipeline.ChangePipeline;
import io.replicator.progress.Migration;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The running stream: receiver, pipeline and lane. Ends when it is closed or when one of them fails. */
final class StreamSession implements AutoCloseable {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final ChangeSource stream;
    private final Lane lane;
    private final ChangePipeline pipeline;
    private final ByteBudget budget;
    private final ApplyStatistics statistics = new ApplyStatistics();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread receiver;
    private final TableStarts starts;

    StreamSession(
            Ends ends,
            ChangeSource stream,
            Migration migration,
            Position position,
            TableStarts starts,
            HeartbeatListener listener) {
        this.stream = stream;
        this.starts = starts;
        budget = new ByteBudget(ends.config().apply().memoryBytes());
        lane = new Lane(ends.target(), migration, 0, position, starts, listener, budget, statistics);
        pipeline = new ChangePipeline(budget, lane, "replicator-lane-0");
        receiver = Thread.ofPlatform().name("replicator-stream").unstarted(() -> receive(position));
    }

    void start() {
        pipeline.start();
        receiver.start();
    }

    private void receive(Position position) {
        try {
            stream.run(position, pipeline, lane);
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
        ReplicatorException failed = pipeline.failure();
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

    void request(Barrier barrier) {
        lane.request(barrier);
    }

    /** What the target contains and cannot lose. */
    Position durable() {
        return lane.durable();
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
        Position last = starts.last();
        Position applied = statistics.position();
        return last == null || (applied != null && applied.reaches(last));
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
            lane.abort();
            pipeline.close(STOP_LIMIT);
        }
        lane.close();
    }
}
