package io.replicator.daemon;

import io.replicator.capture.Heartbeat;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.StatusBoard;
import io.replicator.status.Json;
import io.replicator.status.StatusReport;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Beats the heart, publishes the status and looks for requests, on threads of its own. */
final class Monitor implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Monitor.class);
    private static final long BEAT_MILLIS = 1_000;
    private static final long PUBLISH_MILLIS = 1_000;
    private static final Duration LOOK_FOR_REQUESTS = Duration.ofMillis(200);

    private final OwnedMigration owned;
    private final LiveState live;
    private final StatusAssembler assembler;
    private final RequestWatch requests;
    private final RunListener listener;
    private final AtomicReference<@Nullable ReplicatorException> lost = new AtomicReference<>();
    private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(
            2, Thread.ofPlatform().name("replicator-monitor-", 0).daemon().factory());
    private @Nullable Future<?> beating;
    private @Nullable Future<?> publishing;

    Monitor(
            OwnedMigration owned,
            LiveState live,
            StatusAssembler assembler,
            RequestWorker worker,
            RunListener listener) {
        this.owned = owned;
        this.live = live;
        this.assembler = assembler;
        this.requests = new RequestWatch(owned, worker, LOOK_FOR_REQUESTS, this::failed);
        this.listener = listener;
    }

    void start() {
        beating = scheduler.scheduleWithFixedDelay(this::beat, 0, BEAT_MILLIS, TimeUnit.MILLISECONDS);
        publishing = scheduler.scheduleWithFixedDelay(this::publishOrFail, 0, PUBLISH_MILLIS, TimeUnit.MILLISECONDS);
        requests.start();
    }

    /** Why the target can no longer be written; null while it can. */
    @Nullable
    ReplicatorException lost() {
        return lost.get();
    }

    /** Beats without waiting for the next time to do so. */
    void beatNow() {
        scheduler.execute(this::beat);
    }

    private void beat() {
        Heartbeat heartbeat = live.heartbeat();
        if (heartbeat == null) {
            return;
        }
        try {
            heartbeat.beat();
            live.warn("heartbeat", null);
        } catch (ReplicatorException e) {
            live.warn("heartbeat", "the source takes no heartbeat: " + e.getMessage());
        }
    }

    private void publishOrFail() {
        try {
            publish();
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private void failed(RuntimeException failure) {
        if (!(failure instanceof ReplicatorException known)) {
            LOGGER.error("the monitor failed", failure);
            lost.compareAndSet(
                    null, new ReplicatorException(ErrorCode.INTERNAL, "the monitor failed: " + failure, failure));
        } else if (!scheduler.isShutdown() && lost.compareAndSet(null, known)) {
            LOGGER.warn("the target cannot be written: {}", known.getMessage());
        }
    }

    /** Publishes the status now. */
    void publish() {
        StatusReport report = assembler.assemble(owned);
        String json = Json.write(report);
        owned.transaction("publishing the status", (target, migration) -> {
            StatusBoard.publish(target, migration.name(), json);
        });
        listener.progress(report);
    }

    @Override
    public void close() {
        if (beating != null) {
            beating.cancel(false);
        }
        if (publishing != null) {
            publishing.cancel(false);
        }
        scheduler.shutdown();
        requests.close();
        try {
            if (!scheduler.awaitTermination(10, TimeUnit.SECONDS)) {
                LOGGER.warn("the monitor does not end; its connections are closed under it");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
