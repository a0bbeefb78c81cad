package io.replicator.daemon;

import io.replicator.progress.OwnedMigration;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for requests, at once when one is announced and from time to time without, on a thread of its own. */
final class RequestWatch implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(RequestWatch.class);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final OwnedMigration owned;
    private final RequestWorker worker;
    private final Duration interval;
    private final Consumer<RuntimeException> failures;
    private final Thread thread;

    /**
     * @param interval between two looks when nothing is announced
     * @param failures takes what went wrong; the watch goes on
     */
    RequestWatch(OwnedMigration owned, RequestWorker worker, Duration interval, Consumer<RuntimeException> failures) {
        this.owned = owned;
        this.worker = worker;
        this.interval = interval;
        this.failures = failures;
        this.thread = Thread.ofPlatform().name("replicator-requests").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!Thread.interrupted()) {
                look();
            }
        } catch (InterruptedException _) {
            LOGGER.debug("no longer looking for requests");
        }
    }

    private void look() throws InterruptedException {
        try {
            worker.poll();
            owned.awaitRequest(interval);
        } catch (RuntimeException e) {
            failures.accept(e);
            Thread.sleep(interval);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            if (!thread.join(CLOSE_LIMIT)) {
                LOGGER.warn("looking for requests does not end; its connection is closed under it");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
