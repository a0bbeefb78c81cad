package io.replicator.cli.demo;

import io.replicator.postgres.SqlStates;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** The figures of all writers. Thread-safe. */
final class WriterStatistics {
    private static final String NO_STATE = "-----";

    private final LongAdder committed = new LongAdder();
    private final LongAdder rolledBack = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder connectionLosses = new LongAdder();
    private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
    private final Map<String, String> messages = new ConcurrentHashMap<>();
    private final AtomicInteger undecided = new AtomicInteger();
    private final LongAccumulator longestTransaction = new LongAccumulator(Math::max, 0);
    private final LongAccumulator longestWait = new LongAccumulator(Math::max, 0);
    private final AtomicReference<Instant> lastCommit = new AtomicReference<>();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();

    void committed() {
        committed.increment();
        lastCommit.set(Instant.now());
    }

    void rolledBack() {
        rolledBack.increment();
    }

    void refused() {
        refused.increment();
    }

    void connectionLost() {
        connectionLosses.increment();
    }

    void failed(SQLException failure) {
        String state = failure.getSQLState() == null ? NO_STATE : failure.getSQLState();
        errors.computeIfAbsent(state, _ -> new LongAdder()).increment();
        messages.putIfAbsent(state, SqlStates.describe(failure));
    }

    void undecided() {
        undecided.incrementAndGet();
    }

    void transactionTook(long nanos) {
        longestTransaction.accumulate(nanos);
    }

    void waited(long nanos) {
        longestWait.accumulate(nanos);
    }

    void violation(String description) {
        violations.add(description);
    }

    /** The first message of every SQLSTATE. */
    Map<String, String> messages() {
        return new TreeMap<>(messages);
    }

    WriterReport report() {
        Map<String, Long> errorCounts = new TreeMap<>();
        errors.forEach((state, count) -> errorCounts.put(state, count.sum()));
        return new WriterReport(
                committed.sum(),
                rolledBack.sum(),
                refused.sum(),
                connectionLosses.sum(),
                errorCounts,
                undecided.get(),
                Duration.ofNanos(longestTransaction.get()),
                Duration.ofNanos(longestWait.get()),
                lastCommit.get(),
                List.copyOf(violations));
    }
}
