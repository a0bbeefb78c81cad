package io.replicator.daemon;

import io.replicator.apply.TableStarts;
import io.replicator.capture.Heartbeat;
import io.replicator.capture.wal.ReplicationSlot;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.LaneProgress;
import io.replicator.progress.Migration;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.progress.SourceIdentity;
import io.replicator.progress.TableProgress;
import io.replicator.progress.TableProgressStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Streams changes: checks that the slot fits the target's progress, then keeps the stream running. */
final class Streaming {
    private static final Duration TICK = Duration.ofMillis(200);
    private static final double CAUGHT_UP_SECONDS = 3;

    private final Ends ends;
    private final OwnedMigration owned;
    private final LiveState live;
    private final Monitor monitor;

    Streaming(Ends ends, OwnedMigration owned, LiveState live, Monitor monitor) {
        this.ends = ends;
        this.owned = owned;
        this.live = live;
        this.monitor = monitor;
    }

    /** Streams until {@code control} says otherwise; throws what broke the stream. */
    void run(DaemonControl control, Steps steps) throws InterruptedException {
        Migration migration = owned.migration();
        ends.requireSource(requireIdentity(migration));
        Position position = position();
        requireSlot(position);
        Heartbeat heartbeat = new Heartbeat(ends.source(), migration.name());
        StreamSession session = new StreamSession(ends, migration, position, starts(), heartbeat::applied);
        try (heartbeat;
                session) {
            session.start();
            live.streaming(session, heartbeat);
            while (!control.leaveStream()) {
                if (session.awaitEnd(TICK)) {
                    return;
                }
                ReplicatorException lost = monitor.lost();
                if (lost != null) {
                    throw lost;
                }
                advancePhase(session, heartbeat, steps);
            }
        } finally {
            live.streaming(null, null);
        }
    }

    private void advancePhase(StreamSession session, Heartbeat heartbeat, Steps steps) {
        if (owned.migration().phase() == Phase.CATCHING_UP && session.consistent()) {
            Double lag = heartbeat.lagSeconds();
            if (lag != null && lag < CAUGHT_UP_SECONDS) {
                owned.become(Phase.STREAMING);
                steps.tell("caught up");
            }
        }
    }

    private static SourceIdentity requireIdentity(Migration migration) {
        return Objects.requireNonNull(migration.source(), "a streaming migration has a recorded source");
    }

    private Position position() {
        Map<Integer, String> lanes = owned.ask(
                "reading the lanes' progress", (target, migration) -> LaneProgress.read(target, migration.name()));
        String text = lanes.get(0);
        if (text == null) {
            throw new ReplicatorException(
                    ErrorCode.STATE_MISMATCH, "migration '" + owned.migration().name() + "' has no lane progress");
        }
        return Position.parse(text);
    }

    private TableStarts starts() {
        Map<QualifiedName, Position> starts = new HashMap<>();
        for (TableProgress table : owned.ask(
                "reading the progress of tables",
                (target, migration) -> TableProgressStore.read(target, migration.name()))) {
            String start = table.startPosition();
            if (start != null) {
                starts.put(table.name(), Position.parse(start));
            }
        }
        return new TableStarts(starts);
    }

    /** A start behind {@code confirmed_flush_lsn} would be moved forward silently, losing what lies between. */
    private void requireSlot(Position position) {
        String slot = ends.names().slot();
        try (Connection source = ends.source().open("slot check")) {
            ReplicationSlot.State state = ReplicationSlot.find(source, slot);
            if (state == null) {
                throw new ReplicatorException(
                        ErrorCode.SLOT_LOST, "replication slot " + slot + " does not exist on the source any more");
            }
            if (state.lost()) {
                throw new ReplicatorException(
                        ErrorCode.SLOT_LOST, "the source removed WAL that replication slot " + slot + " needs");
            }
            if (!position.reaches(new Position.Wal(state.confirmedFlush()))) {
                throw new ReplicatorException(
                        ErrorCode.STATE_MISMATCH,
                        "the target is at " + position + ", but slot " + slot + " was acknowledged up to "
                                + state.confirmedFlush() + ": the changes between are gone, the target was restored to"
                                + " an older state");
            }
            ReplicationSlot.terminateWalsender(source, slot);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "checking replication slot " + slot, e);
        }
    }
}
