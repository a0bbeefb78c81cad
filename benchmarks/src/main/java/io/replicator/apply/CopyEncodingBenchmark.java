package io.replicator.apply;

import io.replicator.change.Change;
import java.sql.SQLException;
import java.util.List;
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

/** Nanoseconds for writing one row in COPY's binary format. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CopyEncodingBenchmark {
    private static final int ROWS = 10_000;

    @Param({"4", "20"})
    int columns;

    private final byte[] chunk = BinaryRows.chunk();
    private List<NetChange> rows = List.of();
    private int[] written = {};

    @Setup
    public void decode() {
        Updates updates = Updates.of(columns, ROWS, ROWS);
        TableChanges changes = new TableChanges(updates.mapping());
        for (Change change : updates.changes()) {
            changes.add(change);
        }
        rows = List.copyOf(changes.net());
        written = updates.mapping().written();
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public void encode(Blackhole blackhole) throws SQLException {
        BinaryRows copy = new BinaryRows((bytes, from, length) -> blackhole.consume(length), chunk);
        copy.rows(rows, written);
        copy.end();
    }
}
