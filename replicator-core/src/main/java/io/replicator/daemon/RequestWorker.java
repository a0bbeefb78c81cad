package io.replicator.daemon;

import io.replicator.error.ReplicatorException;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Requests;
import io.replicator.status.Json;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out the operator's requests, one at a time, each on a thread of its own. Thread-safe. */
final class RequestWorker implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(RequestWorker.class);
    private static final Duration UNDO_LIMIT = Duration.ofSeconds(30);
    private static final Duration END_LIMIT = Duration.ofMinutes(15);

    private final OwnedMigration owned;
    private final RequestHandler handler;
    private @Nullable Running running;
    private boolean closed;

    RequestWorker(OwnedMigration owned, RequestHandler handler) {
        this.owned = owned;
        this.handler = handler;
    }

    private static final class Running {
        private final long id;
        private final Thread thread;
        private boolean cancelled;

        Running(long id, Thread thread) {
            this.id = id;
            this.thread = thread;
        }
    }

    /** Takes the next request when none is running, and passes a cancellation on to the running one. */
    void poll() {
        Running current = running();
        if (current != null) {
            if (owned.ask("looking for cancellations", (target, _) -> Requests.isAbandoned(target, current.id))) {
                cancel(current);
            }
            return;
        }
        if (isClosed()) {
            return;
        }
        owned.ask(
                        "polling requests",
                        (target, migration) -> Optional.ofNullable(Requests.take(target, migration.name())))
                .ifPresent(this::start);
    }

    private synchronized void start(Requests.Request request) {
        if (closed) {
            finish(
                    request.id(),
                    "failed",
                    Json.write(Map.of("code", "INTERRUPTED", "error", "the daemon stops; ask again when it runs")));
            return;
        }
        Thread thread = Thread.ofPlatform().name("replicator-request").unstarted(() -> handle(request));
        running = new Running(request.id(), thread);
        thread.start();
    }

    private synchronized @Nullable Running running() {
        return running == null || !running.thread.isAlive() ? null : running;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Interrupts once: what undoes a request is not to be interrupted. */
    private synchronized void cancel(Running current) {
        current.cancelled = current.cancelled || handler.cancel(current.thread::interrupt);
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
        try {
            owned.transaction("finishing request " + id, (target, _) -> {
                Requests.finish(target, id, state, json);
            });
        } catch (ReplicatorException e) {
            LOGGER.warn("what became of request {} ({}) could not be recorded: {}", id, state, e.getMessage());
        }
    }

    /** Takes no more, and waits until the running request has ended by itself. */
    void awaitIdle() throws InterruptedException {
        Running last = takeNoMore();
        if (last != null) {
            if (!last.thread.join(END_LIMIT)) {
                LOGGER.warn("request {} does not end", last.id);
            }
        }
    }

    /** Has the running request end: it undoes itself, or goes on to its end where it is past that. */
    void endRunning() throws InterruptedException {
        Running current = running();
        if (current == null) {
            return;
        }
        cancel(current);
        long since = System.nanoTime();
        while (!current.thread.join(UNDO_LIMIT)) {
            if (!handler.mustEnd() || System.nanoTime() - since > END_LIMIT.toNanos()) {
                LOGGER.warn("request {} does not end", current.id);
                return;
            }
        }
    }

    private synchronized @Nullable Running takeNoMore() {
        closed = true;
        return running();
    }

    /** As {@link #endRunning}, and takes no more. */
    @Override
    public void close() {
        try {
            takeNoMore();
            endRunning();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
