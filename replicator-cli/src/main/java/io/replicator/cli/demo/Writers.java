package io.replicator.cli.demo;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Clients that run transactions of one {@link Workload} until they are stopped. Thread-safe. */
public final class Writers implements AutoCloseable {
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);
    private static final Duration ABORT_LIMIT = Duration.ofSeconds(10);
    private static final long POLL_MILLIS = 5;

    private final WriterOptions options;
    private final WriterStatistics statistics = new WriterStatistics();
    private final List<Writer> writers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    private Writers(Supplier<String> url, Workload workload, WriterOptions options) {
        this.options = options;
        SplittableRandom random = new SplittableRandom(options.seed());
        for (int i = 1; i <= options.threads(); i++) {
            String name = options.name() + "-" + i;
            Writer writer = new Writer(name, url, workload, options, statistics, random.split());
            writers.add(writer);
            threads.add(Thread.ofPlatform().daemon().name(name).unstarted(writer));
        }
    }

    /**
     * Starts the writers. The database needs the table of {@link Ledger#create}.
     *
     * @param url asked for the libpq URI at every connect, so that writers can follow a switch
     */
    public static Writers start(Supplier<String> url, Workload workload, WriterOptions options) {
        Writers writers = new Writers(url, workload, options);
        writers.threads.forEach(Thread::start);
        return writers;
    }

    public long seed() {
        return options.seed();
    }

    public long committed() {
        return statistics.report().committed();
    }

    /** The time of the last commit of any writer; null when there was none. */
    public @Nullable Instant lastCommit() {
        return statistics.report().lastCommit();
    }

    /** The longest time a transaction took or has been taking until now, with every refusal and lost connection. */
    public Duration longestWait() {
        return report().longestWait();
    }

    /** The figures until now. */
    public WriterReport report() {
        WriterReport report = statistics.report();
        long waiting = writers.stream().mapToLong(Writer::waitNanos).max().orElse(0);
        return report.longestWait().toNanos() >= waiting ? report : report.withLongestWait(Duration.ofNanos(waiting));
    }

    /** The first message of every SQLSTATE that is in {@link WriterReport#errors}. */
    public Map<String, String> errorMessages() {
        return statistics.messages();
    }

    /**
     * Waits until the writers have committed that many more transactions.
     *
     * @throws ReplicatorException {@code INTERNAL} when they do not within the limit
     */
    public void awaitCommits(long more, Duration limit) {
        long wanted = committed() + more;
        long deadline = System.nanoTime() + limit.toNanos();
        while (committed() < wanted) {
            if (System.nanoTime() > deadline) {
                throw new ReplicatorException(
                        ErrorCode.INTERNAL,
                        "the writers (seed " + seed() + ") did not commit " + more + " transactions within " + limit
                                + ": " + report() + " " + errorMessages());
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }

    /**
     * Lets every writer finish its transaction; breaks the connections of those that do not within the limit.
     *
     * @throws ReplicatorException {@code INTERNAL} when a writer does not end at all
     */
    public WriterReport stop(Duration limit) {
        writers.forEach(Writer::stop);
        threads.forEach(LockSupport::unpark);
        if (!join(limit)) {
            writers.forEach(Writer::abort);
            if (!join(ABORT_LIMIT)) {
                throw new ReplicatorException(ErrorCode.INTERNAL, "writers do not end (seed " + seed() + ")");
            }
        }
        return report();
    }

    @Override
    public void close() {
        stop(CLOSE_LIMIT);
    }

    private boolean join(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            for (Thread thread : threads) {
                if (!thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())))) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static ReplicatorException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new ReplicatorException(ErrorCode.INTERRUPTED, "interrupted while waiting for writers", cause);
    }
}
