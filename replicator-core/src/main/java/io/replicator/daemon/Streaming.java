package io.replicator.daemon;

import io.replicator.apply.Barrier;
import io.replicator.apply.LaneFleet;
import io.replicator.apply.TableStarts;
import io.replicator.capture.Heartbeat;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.progress.Migration;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.progress.SourceIdentity;
import io.replicator.progress.TableProgress;
import io.replicator.progress.TableProgressStore;
import io.replicator.schema.SchemaLoader;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;

/** Streams changes: checks that the source fits the target's progress, then keeps the stream running. */
final class Streaming {
    private static final Duration TICK = Duration.ofMillis(50);
    private static final double CAUGHT_UP_SECONDS = 3;
    /** More would fill the pipeline while the lane stands still. */
    private static final long LITTLE_PENDING_BYTES = 256 << 10;

    private static final Duration HOLD_LIMIT = Duration.ofSeconds(10);

    private final Ends ends;
    private final OwnedMigration owned;
    private final Capture capture;
    private final LiveState live;
    private final Monitor monitor;

    Streaming(Ends ends, OwnedMigration owned, Capture capture, LiveState live, Monitor monitor) {
        this.capture = capture;
        this.ends = ends;
        this.owned = owned;
        this.live = live;
        this.monitor = monitor;
    }

    /**
     * Streams until {@code control} says otherwise; throws what broke the stream.
     *
     * @return tables that have to be copied before the stream goes on
     */
    Set<QualifiedName> run(DaemonControl control, Steps steps) throws InterruptedException {
        Migration migration = owned.migration();
        ends.requireSource(requireIdentity(migration));
        SortedMap<Integer, Position> positions = Lanes.positions(owned);
        capture.requireStart(LaneFleet.first(positions));
        Heartbeat heartbeat = new Heartbeat(ends.source(), migration.name());
        TableStarts starts = starts();
        StreamSession session =
                new StreamSession(ends, capture.source(), migration, positions, starts, heartbeat::applied);
        JoiningCopy copy = new JoiningCopy(ends, owned, capture, live, session, starts, heartbeat, steps);
        try (heartbeat;
                session;
                JoiningWorker joining = new JoiningWorker(copy, starts)) {
            session.start();
            live.streaming(session, heartbeat);
            monitor.beatNow();
            if (!starts.joining().isEmpty()) {
                joining.goOn();
            }
            while (!control.leaveStream() && joining.left().isEmpty()) {
                if (session.awaitEnd(TICK)) {
                    return Set.of();
                }
                ReplicatorException lost = monitor.lost();
                if (lost != null) {
                    throw lost;
                }
                if (resync(control, joining)) {
                    return Set.of();
                }
                advancePhase(session, heartbeat, steps);
            }
            return joining.left();
        } finally {
            live.streaming(null, null);
        }
    }

    /** @return whether the stream has to be left for it */
    private boolean resync(DaemonControl control, JoiningWorker joining) {
        if (capture.joinsSnapshots()) {
            return control.wantsResync();
        }
        Resync wanted = control.takeResync();
        if (wanted != null) {
            joining.begin(wanted);
        }
        return false;
    }

    private void advancePhase(StreamSession session, Heartbeat heartbeat, Steps steps) throws InterruptedException {
        if (owned.migration().phase() == Phase.CATCHING_UP && session.consistent()) {
            Double lag = heartbeat.lagSeconds();
            if (lag != null
                    && lag < CAUGHT_UP_SECONDS
                    && session.pendingBytes() < LITTLE_PENDING_BYTES
                    && constraints(session, heartbeat, steps)) {
                owned.become(Phase.STREAMING);
                steps.tell("caught up");
            }
        }
    }

    /**
     * Foreign keys, triggers and what else must wait come once the tables fit each other, while the lane stands still: a
     * trigger that fires always must be suspended again before the next change, and another unique index is another way
     * to apply.
     */
    private boolean constraints(StreamSession session, Heartbeat heartbeat, Steps steps) throws InterruptedException {
        SchemaLoader schema = TargetSchema.of(ends);
        boolean constrained = TargetSchema.mayBeConstrained(ends);
        boolean indexesLeft = schema.indexesLeft();
        if (!constrained && !indexesLeft) {
            return true;
        }
        Barrier barrier = session.barrier();
        try {
            heartbeat.beat();
            if (!barrier.awaitHeld(HOLD_LIMIT)
                    || !session.consistent()
                    || (capture.joinsSnapshots() && !runToPoint(session, heartbeat, barrier))) {
                return false;
            }
            if (indexesLeft) {
                steps.tell("unique indexes");
                schema.indexes(List.of());
            }
            if (constrained) {
                steps.tell("constraints");
                schema.constraints();
                TargetSchema.suspend(ends);
            }
            return true;
        } finally {
            session.end(barrier);
        }
    }

    /** Where windows are applied, not every one leaves the target as the source was. */
    private boolean runToPoint(StreamSession session, Heartbeat heartbeat, Barrier barrier)
            throws InterruptedException {
        try (Capture.ConsistentPoint point = capture.point(session.source(), HOLD_LIMIT)) {
            barrier.runTo(point.position());
            heartbeat.beat();
            return barrier.awaitReached(HOLD_LIMIT);
        } catch (ReplicatorException e) {
            if (e.code() == ErrorCode.NOT_COMPARABLE) {
                return false;
            }
            throw e;
        }
    }

    private static SourceIdentity requireIdentity(Migration migration) {
        return Objects.requireNonNull(migration.source(), "a streaming migration has a recorded source");
    }

    private TableStarts starts() {
        Map<QualifiedName, Position> starts = new HashMap<>();
        Set<QualifiedName> joining = new HashSet<>();
        for (TableProgress table : owned.ask(
                "reading the progress of tables",
                (target, migration) -> TableProgressStore.read(target, migration.name()))) {
            String start = table.startPosition();
            if (start != null) {
                starts.put(table.name(), Position.parse(start));
            }
            if (table.joining()) {
                joining.add(table.name());
            }
        }
        return new TableStarts(starts, joining);
    }
}
