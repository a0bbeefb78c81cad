package io.replicator.verify;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a comparison. Closing ends those that still run: their statements are cancelled over and over, as a
 * cancellation that comes between two statements is lost, and at last their connections are cut.
 */
final class Readers implements AutoCloseable {
    private static final Duration CANCEL_EVERY = Duration.ofMillis(50);
    private static final int CANCELLATIONS = 100;

    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(
            Thread.ofPlatform().name("replicator-verify-", 0).factory());
    private final CompletionService<Void> finished = new ExecutorCompletionService<>(executor);
    private final List<SideSession> sessions = new ArrayList<>();

    void start(SideSession session, Queue<List<PendingTable>> queue) {
        sessions.add(session);
        finished.submit(() -> session.readAll(queue), null);
    }

    /** Waits until all are through, or one fails. */
    void await() throws InterruptedException {
        for (int through = 0; through < sessions.size(); through++) {
            try {
                finished.take().get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof ReplicatorException known
                        ? known
                        : new ReplicatorException(ErrorCode.INTERNAL, "comparing the two sides: " + e.getCause(), e);
            }
        }
    }

    @Override
    public void close() {
        executor.shutdown();
        boolean interrupted = Thread.interrupted();
        for (int attempt = 0; !executor.isTerminated(); attempt++) {
            for (SideSession session : sessions) {
                if (attempt < CANCELLATIONS) {
                    session.cancel();
                } else {
                    session.abort();
                }
            }
            try {
                executor.awaitTermination(CANCEL_EVERY.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
                attempt = CANCELLATIONS;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
