package io.replicator.microbenchmark;

import io.replicator.capture.wal.PgOutputDecoder;
import java.nio.ByteBuffer;
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

/** Nanoseconds for decoding one update. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DecoderBenchmark {
    private static final int UPDATES = 1_000;

    @Param({"4", "20"})
    int columns;

    private List<byte[]> messages = List.of();

    @Setup
    public void build() {
        messages = Messages.transaction(columns, UPDATES);
    }

    @Benchmark
    @OperationsPerInvocation(UPDATES)
    public void decode(Blackhole blackhole) {
        PgOutputDecoder decoder = new PgOutputDecoder();
        for (byte[] message : messages) {
            blackhole.consume(decoder.decode(ByteBuffer.wrap(message)));
        }
    }
}
