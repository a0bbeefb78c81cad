package io.replicator.apply;

import io.replicator.change.Change;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Nanoseconds for adding one update to a batch, where each key is updated once, or a hundred times. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class NetChangeBenchmark {
    private static final int UPDATES = 10_000;

    @Param({"4", "20"})
    int columns;

    @Param({"10000", "100"})
    int keys;

    private Updates updates = Updates.of(1, 1, 1);

    @Setup
    public void decode() {
        updates = Updates.of(columns, UPDATES, keys);
    }

    @Benchmark
    @OperationsPerInvocation(UPDATES)
    public void reduce(Blackhole blackhole) {
        Batch batch = new Batch();
        for (Change change : updates.changes()) {
            batch.add(updates.mapping(), change);
        }
        blackhole.consume(batch);
    }
}
