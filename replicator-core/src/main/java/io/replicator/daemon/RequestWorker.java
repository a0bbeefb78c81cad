package io.replicator.daemon;

import io.replicator.error.ReplicatorException;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Requests;
import io.replicator.status.Json;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out the operator's requests, one at a time, on a thread of its own. */
final class RequestWorker implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(RequestWorker.class);

    private final OwnedMigration owned;
    private final RequestHandler handler;
    private final ExecutorService executor = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("replicator-request").factory());
    private @Nullable Future<?> running;
    private long runningId;

    RequestWorker(OwnedMigration owned, RequestHandler handler) {
        this.owned = owned;
        this.handler = handler;
    }

    /** Takes the next request when none is running, and passes a cancellation on to the running one. */
    void poll() {
        Future<?> current = running;
        if (current != null && !current.isDone()) {
            if (owned.ask("looking for cancellations", (target, _) -> Requests.isAbandoned(target, runningId))) {
                current.cancel(true);
            }
            return;
        }
        if (executor.isShutdown()) {
            return;
        }
        owned.ask(
                        "polling requests",
                        (target, migration) -> Optional.ofNullable(Requests.take(target, migration.name())))
                .ifPresent(request -> {
                    runningId = request.id();
                    running = executor.submit(() -> handle(request));
                });
    }

    private void handle(Requests.Request request) {
        LOGGER.info("request {}: {}", request.id(), request.kind());
        try {
            Object result = handler.handle(request, event -> emit(request.id(), event));
            finish(request.id(), "done", Json.write(result));
        } catch (ReplicatorException e) {
            LOGGER.warn("request {} failed: {}", request.id(), e.getMessage());
            finish(request.id(), "failed", failure(e));
        } catch (InterruptedException e) {
            finish(request.id(), "failed", Json.write(Map.of("code", "INTERRUPTED", "error", "cancelled")));
        } catch (RuntimeException e) {
            LOGGER.error("request {} failed", request.id(), e);
            finish(request.id(), "failed", Json.write(Map.of("code", "INTERNAL", "error", e.toString())));
        }
    }

    private static String failure(ReplicatorException e) {
        return Json.write(Map.of("code", e.code().name(), "error", e.getMessage()));
    }

    private void emit(long id, Object event) {
        String json = Json.write(event);
        owned.transaction("reporting on request " + id, (target, _) -> {
            Requests.emit(target, id, json);
        });
    }

    private void finish(long id, String state, String json) {
        owned.transaction("finishing request " + id, (target, _) -> {
            Requests.finish(target, id, state, json);
        });
    }

    /** Waits until the running request has ended by itself. */
    void awaitIdle() throws InterruptedException {
        executor.shutdown();
        if (!executor.awaitTermination(15, TimeUnit.MINUTES)) {
            LOGGER.warn("request {} does not end", runningId);
        }
    }

    /** Cancels a running request and waits until it has undone itself. */
    @Override
    public void close() {
        if (running != null) {
            running.cancel(true);
        }
        executor.shutdown();
        try {
            if (!executor.awaitTermination(30, TimeUnit.SECONDS)) {
                LOGGER.warn("request {} does not end", runningId);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
