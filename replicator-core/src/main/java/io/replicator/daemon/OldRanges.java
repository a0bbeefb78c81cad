package io.replicator.daemon;

import io.replicator.capture.ChangeSource;
import io.replicator.capture.Heartbeat;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.RangeProgressStore;
import io.replicator.progress.TableProgressStore;
import io.replicator.snapshot.CopyRate;
import io.replicator.snapshot.LoadSnapshot;
import io.replicator.snapshot.RangeRenewal;
import io.replicator.snapshot.TouchedKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Ranges that were copied under a snapshot that is lost. Every row that changed since has its key in the stream, which can
 * be read ahead without acknowledging it; with these keys the ranges are brought up to a newer snapshot.
 */
final class OldRanges {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    private final Ends ends;
    private final OwnedMigration owned;
    private final Capture capture;
    private final CopyRate rate;

    OldRanges(Ends ends, OwnedMigration owned, Capture capture, CopyRate rate) {
        this.ends = ends;
        this.owned = owned;
        this.capture = capture;
        this.rate = rate;
    }

    /**
     * Which tables have copied ranges that can be kept, to be asked before the tables are listed anew.
     *
     * @return with the position whose transactions the ranges contain
     */
    Map<Table, Position> keepable(List<Table> tables, Steps steps) {
        if (!capture.readsAhead()) {
            return Map.of();
        }
        Map<Table, Position> keepable = new HashMap<>();
        owned.transaction("reading the ranges of tables", (target, migration) -> {
            Map<QualifiedName, Position> positions = RangeProgressStore.positions(target, migration);
            List<Table> cut = tables.stream()
                    .filter(table -> positions.containsKey(table.name()))
                    .toList();
            Set<Table> same = Set.copyOf(TableProgressStore.asListed(target, migration, cut));
            for (Table table : cut) {
                if (!same.contains(table)) {
                    again(table, "it was rewritten or altered", steps);
                } else if (table.key() == null || !table.identityUsable()) {
                    again(table, "it has no key", steps);
                } else {
                    keepable.put(table, positions.get(table.name()));
                }
            }
        });
        return keepable;
    }

    private static void again(Table table, String reason, Steps steps) {
        steps.tell("table " + table + " is copied again from its beginning: " + reason);
    }

    /**
     * Brings the copied ranges up to a snapshot.
     *
     * @param kept from {@link #keepable}
     * @return the tables that have to start again
     */
    List<QualifiedName> renew(Map<Table, Position> kept, LoadSnapshot snapshot, Catalog onTarget, Steps steps)
            throws InterruptedException {
        if (kept.isEmpty()) {
            return List.of();
        }
        List<QualifiedName> again = new ArrayList<>();
        try (TouchedKeys keys = TouchedKeys.open(ends.target())) {
            steps.tell("keeping the copied ranges of " + kept.size() + " tables, reading what changed since");
            Map<Table, String> lost = collect(kept, keys, snapshot.position());
            RangeRenewal renewal = new RangeRenewal(ends.source(), keys, rate, snapshot);
            for (Table table : kept.keySet()) {
                String reason = lost.get(table);
                if (reason == null && !renewal.renew(owned.migration(), table, onTarget.require(table.name()))) {
                    reason = "it was altered, or its keys cannot be compared";
                }
                if (reason != null) {
                    again(table, reason, steps);
                    again.add(table.name());
                }
            }
        }
        return again;
    }

    /** Reads the stream from the target's position, of which the source learns nothing new. */
    private Map<Table, String> collect(Map<Table, Position> kept, TouchedKeys keys, Position end)
            throws InterruptedException {
        Position start = Lanes.position(owned);
        capture.requireStart(start);
        ChangeSource stream = capture.ahead();
        KeyCollector collector = new KeyCollector(keys, end, stream::stop);
        kept.forEach((table, since) -> collector.collect(table, since, start));
        try (Heartbeat heartbeat = new Heartbeat(ends.source(), ends.config().name())) {
            heartbeat.beat();
        }
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Thread reader = Thread.ofPlatform().name("replicator-touched-keys").start(() -> {
            try {
                stream.run(start, collector, () -> start);
                ended.complete(null);
            } catch (RuntimeException e) {
                ended.completeExceptionally(e);
            }
        });
        try {
            ended.get();
            return collector.lost();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ReplicatorException known
                    ? known
                    : new ReplicatorException(ErrorCode.INTERNAL, "reading changed keys failed: " + e.getCause(), e);
        } finally {
            stream.stop();
            reader.join(STOP_LIMIT);
        }
    }
}
