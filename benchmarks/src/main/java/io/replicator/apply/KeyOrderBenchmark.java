package io.replicator.apply;

import io.replicator.change.Change;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/** Nanoseconds for putting one change in the order of its key: by distribution, as lanes do it, and by sorting. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KeyOrderBenchmark {
    private static final int CHANGES = 10_000;

    private List<NetChange> changes = List.of();

    @Setup
    public void decode() {
        Updates updates = Updates.of(4, CHANGES, CHANGES);
        TableChanges table = new TableChanges(updates.mapping());
        for (Change change : updates.changes()) {
            table.add(change);
        }
        changes = new ArrayList<>(table.net());
        Collections.shuffle(changes, new Random(1));
    }

    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public List<NetChange> distribute() {
        return KeyOrder.of(changes);
    }

    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public List<NetChange> sort() {
        List<NetChange> sorted = new ArrayList<>(changes);
        sorted.sort(KeyOrder.BY_KEY);
        return sorted;
    }
}
