package io.replicator.microbenchmark;

import io.replicator.change.Change;
import io.replicator.pipeline.ByteBudget;
import io.replicator.pipeline.ChangePipeline;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Nanoseconds for passing one change from the receiving to the applying thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RingBenchmark {
    private static final int CHANGES = 100_000;
    private static final long BUDGET = 64L << 20;
    private static final long BACK_OFF_NANOS = 10_000;

    private final AtomicLong taken = new AtomicLong();
    private List<Change> changes = List.of();
    private @Nullable ChangePipeline pipeline;

    @Setup
    public void open() {
        changes = Messages.decoded(Messages.transaction(4, CHANGES - 2));
        ByteBudget budget = new ByteBudget(BUDGET);
        ChangePipeline opened = new ChangePipeline(
                budget,
                (change, _) -> {
                    budget.release(change.size());
                    taken.incrementAndGet();
                },
                "ring");
        opened.start();
        pipeline = opened;
    }

    @TearDown
    public void close() {
        if (!Objects.requireNonNull(pipeline).close(Duration.ofSeconds(10))) {
            throw new IllegalStateException("the ring does not stop");
        }
    }

    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public void pass() throws InterruptedException {
        ChangePipeline ring = Objects.requireNonNull(pipeline);
        long end = taken.get() + CHANGES;
        for (Change change : changes) {
            while (!ring.offer(change)) {
                TimeUnit.NANOSECONDS.sleep(BACK_OFF_NANOS);
            }
        }
        while (taken.get() < end) {
            Thread.onSpinWait();
        }
    }
}
