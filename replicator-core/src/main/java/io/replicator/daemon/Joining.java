package io.replicator.daemon;

import io.replicator.apply.Barrier;
import io.replicator.apply.TableStarts;
import io.replicator.capture.Heartbeat;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.progress.JoiningTables;
import io.replicator.progress.OwnedMigration;
import io.replicator.snapshot.CopyRate;
import io.replicator.snapshot.LoadSnapshot;
import io.replicator.snapshot.RangeRenewal;
import io.replicator.snapshot.TouchedKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Brings copied tables up to the running stream. Rounds at newer snapshots come first, while the stream goes on, so that few
 * keys are left for the last one, at which it stands; they also wait for long transactions of the source, which the last
 * one would have to wait for.
 */
final class Joining {
    private static final Duration HOLD_LIMIT = Duration.ofMinutes(5);
    private static final Duration APPLY_PATIENCE = Duration.ofSeconds(2);
    private static final Duration FIRST_POINT_LIMIT = Duration.ofSeconds(1);
    private static final int MOST_POINTS = 7;
    /** For as long as these take, the stream may stand. */
    private static final long FEW_KEYS = 20_000;

    private static final int MOST_ROUNDS = 5;

    private final Ends ends;
    private final OwnedMigration owned;
    private final Capture capture;
    private final CopyRate rate;
    private final StreamSession session;
    private final TableStarts starts;
    private final Heartbeat heartbeat;
    private final Steps steps;

    Joining(
            Ends ends,
            OwnedMigration owned,
            Capture capture,
            CopyRate rate,
            StreamSession session,
            TableStarts starts,
            Heartbeat heartbeat,
            Steps steps) {
        this.ends = ends;
        this.owned = owned;
        this.capture = capture;
        this.rate = rate;
        this.session = session;
        this.starts = starts;
        this.heartbeat = heartbeat;
        this.steps = steps;
    }

    /**
     * Has tables join; those which do not are still passed over.
     *
     * @param tables were copied under a snapshot of which the keys contain every later change
     * @throws ReplicatorException {@code STREAM_BROKEN} when the stream ends because only the target knows what joined
     */
    void run(PassedOverKeys keys, List<Table> tables) throws InterruptedException {
        List<Table> left = new ArrayList<>(tables);
        Catalog onTarget = ends.targetCatalog();
        Duration limit = FIRST_POINT_LIMIT;
        for (int point = 1; point <= MOST_POINTS && !left.isEmpty(); point++) {
            int round = 0;
            do {
                round(keys, left, onTarget);
            } while (keys.count() > FEW_KEYS && ++round < MOST_ROUNDS);
            if (left.isEmpty() || join(keys, left, onTarget, limit)) {
                return;
            }
            limit = limit.multipliedBy(2);
        }
        left.forEach(
                table -> alone(table, "the stream could not be held at a snapshot in " + MOST_POINTS + " attempts"));
    }

    private void round(PassedOverKeys keys, List<Table> left, Catalog onTarget) throws InterruptedException {
        keys.gatherAnew();
        try (LoadSnapshot snapshot = capture.again(steps)) {
            awaitApplied();
            try (TouchedKeys older = keys.takeOlder()) {
                renew(new RangeRenewal(ends.source(), older, rate, snapshot), keys.lost(), left, onTarget);
            }
        }
    }

    /** Every transaction that the snapshot sees was committed before the beat. */
    private void awaitApplied() throws InterruptedException {
        long beat = heartbeat.beat();
        while (!heartbeat.awaitApplied(beat, APPLY_PATIENCE)) {
            steps.tell("waiting until the stream has passed the snapshot");
        }
    }

    private boolean join(PassedOverKeys keys, List<Table> left, Catalog onTarget, Duration limit)
            throws InterruptedException {
        Barrier barrier = session.barrier();
        try {
            heartbeat.beat();
            if (!barrier.awaitHeld(HOLD_LIMIT)) {
                return false;
            }
            try (Capture.ConsistentPoint point = capture.point(session.source(), limit)) {
                barrier.runTo(point.position());
                heartbeat.beat();
                if (!barrier.awaitReached(HOLD_LIMIT)) {
                    return false;
                }
                LoadSnapshot snapshot = new PointSnapshot(point);
                renew(
                        new RangeRenewal(ends.source(), keys.all(), new CopyRate(), snapshot),
                        keys.lost(),
                        left,
                        onTarget);
                joined(barrier, left.stream().map(Table::name).toList(), point.position());
                return true;
            }
        } catch (ReplicatorException e) {
            if (e.code() != ErrorCode.NOT_COMPARABLE) {
                throw e;
            }
            steps.tell("tables do not join the stream yet: " + e.getMessage());
            return false;
        } finally {
            session.end(barrier);
        }
    }

    private void renew(RangeRenewal renewal, Map<Table, String> lost, List<Table> left, Catalog onTarget)
            throws InterruptedException {
        left.removeIf(table -> alone(table, lost.get(table)));
        for (Table table : renewal.renewWhole(owned.migration(), left, onTarget)) {
            alone(table, "it was altered, or its keys cannot be compared");
            left.remove(table);
        }
    }

    private boolean alone(Table table, @Nullable String reason) {
        if (reason != null) {
            steps.tell("table " + table + " is copied while the stream waits: " + reason);
        }
        return reason != null;
    }

    private void joined(Barrier barrier, List<QualifiedName> tables, Position position) {
        try {
            owned.transaction("having the stream take the changes of tables", (target, migration) -> {
                JoiningTables.join(target, migration, tables, position);
            });
        } catch (ReplicatorException e) {
            if (e.code() == ErrorCode.CONNECTION_FAILED) {
                ReplicatorException unknown = unknown(tables, position, e);
                barrier.breakOff(unknown);
                throw unknown;
            }
            throw e;
        }
        starts.join(tables, position);
        steps.tell(tables.size() + " tables stream again, from " + position + " on");
    }

    /** If the target has them joined, no lane may pass over a change behind the position any more. */
    private static ReplicatorException unknown(
            List<QualifiedName> tables, Position position, ReplicatorException lost) {
        return new ReplicatorException(
                ErrorCode.STREAM_BROKEN,
                "whether " + tables + " stream again from " + position + " on is known by the target alone: "
                        + lost.getMessage(),
                lost);
    }
}
