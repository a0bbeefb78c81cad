package io.replicator.apply;

import io.replicator.capture.DurablePosition;
import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.Relation;
import io.replicator.change.SourceTransaction;
import io.replicator.change.Tuple;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.pipeline.ByteBudget;
import io.replicator.pipeline.ChangeHandler;
import io.replicator.postgres.OidMap;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes changes from the pipeline, gathers whole source transactions, and spreads them over the lanes. All of it happens
 * on the pipeline's thread but for {@link #durable}, {@link #failure}, {@link #request} and {@link #close}.
 *
 * <p>Batches adapt by themselves: when the pipeline is drained at the end of a transaction and the lanes have nothing to do,
 * what is gathered is flushed; while they are busy it grows to its limit ({@link FlushPolicy}). A change is skipped where it
 * lies before its lane's position ({@link Replay}) or its table's, or its table is being copied ({@link TableStarts}).
 *
 * <p>What needs the source's order across lanes (TRUNCATE, a key that moves to another lane while a value of its row is
 * unknown, another spread of a table) is applied by the first lane, together with the whole source transaction and all
 * that was gathered before it, in one target transaction that advances every lane.
 */
public final class LaneRouter implements ChangeHandler, DurablePosition, AutoCloseable {
    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

    private final LaneFleet fleet;
    private final LaneGroup group;
    private final TableMappings mappings;
    private final Heartbeats heartbeats;
    private final ByteBudget budget;
    private final WholeTransactions wholeTransactions;
    private final FlushPolicy policy;
    private final LaneFeed feed;
    private final Replay replay;
    private final OidMap<RoutedTable> routed = new OidMap<>();
    private final AtomicReference<@Nullable Barrier> barrier = new AtomicReference<>();
    private Position reached;
    private Position flushed;
    private @Nullable SourceTransaction transaction;
    private boolean whole;
    private Instant begun = Instant.MAX;

    /**
     * @param fleet closed by this router's {@link #close}
     * @param linger how long after a flush the next one waits for more changes; several times as long while the target
     *     is behind
     */
    public LaneRouter(
            LaneFleet fleet,
            TableStarts starts,
            String migration,
            ByteBudget budget,
            WholeTransactions wholeTransactions,
            Duration linger) {
        this.fleet = fleet;
        this.group = fleet.group();
        this.mappings = new TableMappings(fleet.connection(), starts);
        this.heartbeats = new Heartbeats(migration);
        this.budget = budget;
        this.wholeTransactions = wholeTransactions;
        this.policy = new FlushPolicy(budget.limit(), linger, System.nanoTime());
        this.feed = new LaneFeed(fleet);
        this.replay = new Replay(fleet);
        this.reached = fleet.position();
        this.flushed = reached;
    }

    @Override
    public Position durable() {
        return group.durable();
    }

    /** Why a lane failed; null while none has. */
    public @Nullable ReplicatorException failure() {
        return group.failure();
    }

    /** Asks the lanes to stand still at a barrier; the one before must have ended. */
    public void request(Barrier requested) {
        barrier.set(requested);
    }

    @Override
    public void handle(Change change, BooleanSupplier drained) throws InterruptedException {
        try {
            take(change);
            if (transaction == null) {
                if (whole || holdsMuch() || changesWaitLong() || staysDrained(drained)) {
                    flush(false);
                }
                fleetCaughtUp();
                boundary(null);
            } else if (change instanceof Change.Checkpoint) {
                checkpoint();
            } else if (holdsMuch()) {
                feed.applyAll();
            }
        } catch (SQLException e) {
            throw ApplyFailures.of("routing changes behind " + reached, e);
        }
    }

    private boolean holdsMuch() {
        return policy.isMuch(feed.full(), feed.held());
    }

    /** Whether nothing more comes until the lanes have worked off what they have, and the last flush is a while ago. */
    private boolean staysDrained(BooleanSupplier drained) throws InterruptedException {
        if (!drained.getAsBoolean()) {
            return false;
        }
        boolean gathered = !feed.isEmpty();
        long linger = gathered ? policy.linger(begun, Instant.now()) : 0;
        do {
            long early = gathered ? policy.left(linger, System.nanoTime()) : 0;
            if (early > 0) {
                LockSupport.parkNanos(Math.min(early, LOOK_NANOS));
            } else if (!gathered || group.awaitIdle(LOOK_NANOS)) {
                return true;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("waiting for more changes");
            }
        } while (drained.getAsBoolean());
        return false;
    }

    private boolean changesWaitLong() {
        return policy.completeDue(System.nanoTime()) && !feed.isEmpty();
    }

    private void take(Change change) throws SQLException, InterruptedException {
        switch (change) {
            case Change.Begin begin -> begin(begin.transaction());
            case Change.Commit commit -> end(commit.end());
            case Change.Checkpoint _ -> {}
            case Change.Idle idle -> {
                if (idle.position().reaches(reached)) {
                    reached = idle.position();
                }
            }
            case Change.Insert insert -> {
                row(insert.relation(), insert);
                return;
            }
            case Change.Update update -> {
                row(update.relation(), update);
                return;
            }
            case Change.Delete delete -> {
                row(delete.relation(), delete);
                return;
            }
            case Change.Upsert upsert -> {
                row(upsert.relation(), upsert);
                return;
            }
            case Change.Remove remove -> {
                row(remove.relation(), remove);
                return;
            }
            case Change.Truncate truncate -> truncate(truncate);
        }
        budget.release(change.size());
    }

    private void begin(SourceTransaction next) throws SQLException, InterruptedException {
        boundary(next);
        transaction = next;
        begun = next.committedAt();
        replay.begin(next);
        if (!replay.heldByAll() && wholeTransactions.contains(next)) {
            becomeWhole();
        }
    }

    private void end(Position end) {
        SourceTransaction ended = transaction;
        transaction = null;
        boolean held = replay.heldByAll();
        if (ended != null) {
            replay.end(ended, end);
        }
        if (!held) {
            reached = end;
            feed.ended();
        }
    }

    private void row(Relation relation, Change change) throws SQLException, InterruptedException {
        SourceTransaction current = transaction;
        if (replay.heldByAll() || heartbeats.take(relation, change) || mappings.passesOver(relation, change)) {
            budget.release(change.size());
            return;
        }
        TableMappings.Mapped mapped = mappings.table(relation);
        if (current != null && mapped.contains(current)) {
            budget.release(change.size());
            return;
        }
        TableMapping mapping = mapped.mapping();
        RoutedTable table = routed(mapping);
        switch (change) {
            case Change.Insert insert -> add(table.lane(insert.row()), mapping, change, change.size());
            case Change.Update update -> update(table, update);
            case Change.Delete delete -> add(table.lane(delete.old().tuple()), mapping, change, change.size());
            case Change.Upsert upsert -> add(table.lane(upsert.row()), mapping, change, change.size());
            case Change.Remove remove -> add(table.lane(remove.key()), mapping, change, change.size());
            case Change.Begin _, Change.Commit _, Change.Checkpoint _, Change.Truncate _, Change.Idle _ ->
                throw new IllegalArgumentException("not a row change: " + change);
        }
    }

    /** An update that moves a row's key to another lane is a delete in the one and an insert in the other. */
    private void update(RoutedTable table, Change.Update update) throws SQLException, InterruptedException {
        TableMapping mapping = table.mapping();
        int lane = table.lane(update.row());
        int laneBefore = table.laneBefore(update, lane);
        Change.OldTuple old = update.old();
        if (lane == laneBefore || old == null || whole) {
            add(lane, mapping, update, update.size());
            return;
        }
        Tuple row = old.complete() ? Tuples.merge(update.row(), old.tuple()) : update.row();
        if (Tuples.hasUnchangedToast(row)) {
            becomeWhole();
            add(lane, mapping, update, update.size());
            return;
        }
        add(laneBefore, mapping, new Change.Delete(update.relation(), old, 0), 0);
        add(lane, mapping, new Change.Insert(update.relation(), row, update.size()), update.size());
    }

    private void add(int lane, TableMapping mapping, Change change, int size) throws InterruptedException {
        if (replay.heldBy(lane)) {
            budget.release(size);
        } else {
            feed.add(whole ? 0 : lane, mapping, change, size);
        }
    }

    private RoutedTable routed(TableMapping mapping) throws SQLException, InterruptedException {
        RoutedTable known = routed.get(mapping.relation().oid());
        if (known != null && known.mapping() == mapping) {
            return known;
        }
        KeySpread spread = fleet.spread(mapping, known == null ? null : known.spread());
        if (known != null && !known.spread().equals(spread) && fleet.lanes() > 1) {
            becomeWhole();
            feed.apply(0, 0);
            feed.write(0, new LaneOrder.Spread(mapping.relation().name(), spread));
        }
        RoutedTable table = new RoutedTable(mapping, spread, fleet.lanes());
        routed.put(mapping.relation().oid(), table);
        return table;
    }

    private void truncate(Change.Truncate truncate) throws SQLException, InterruptedException {
        SourceTransaction current = transaction;
        if (replay.heldByAll() || current == null) {
            return;
        }
        Change.Truncate wanted = mappings.withoutContained(truncate, current);
        if (!wanted.relations().isEmpty()) {
            becomeWhole();
            feed.apply(0, 0);
            feed.write(0, new LaneOrder.Truncate(wanted));
        }
    }

    /** Has the first lane apply all that is gathered, and everything up to the end of the open source transaction. */
    private void becomeWhole() throws InterruptedException {
        if (whole || fleet.lanes() == 1) {
            return;
        }
        if (feed.isOpen(1)) {
            SourceTransaction current = transaction;
            if (current != null && reached instanceof Position.Wal) {
                wholeTransactions.add(current);
                throw new ReplicatorException(
                        ErrorCode.STREAM_BROKEN,
                        "source transaction " + current.xid() + " needs the source's order and is applied in one lane");
            }
            checkpoint();
        }
        group.awaitIdle();
        for (int lane = 1; lane < fleet.lanes(); lane++) {
            feed.apply(lane, 0);
        }
        whole = true;
    }

    /** Keeps what is applied of an open source transaction, at the position before it. */
    private void checkpoint() throws InterruptedException {
        feed.applyAll();
        if (feed.isOpen(0)) {
            flushed(false);
            feed.commit(reached, heartbeats.taken(), false, false);
        }
    }

    /** @param safely whether the target must have everything on disk afterwards, however it was committed */
    private void flush(boolean safely) throws InterruptedException {
        feed.applyAll();
        long now = System.nanoTime();
        boolean all = safely || policy.completeDue(now);
        if (!safely && !feed.isOpen(0) && !heartbeats.pending()) {
            boolean told = reached.equals(flushed) && (!all || reached.equals(durable()));
            if (told || policy.idleEarly(now)) {
                return;
            }
        }
        flushed(all || whole);
        if (whole) {
            feed.commitWhole(reached, heartbeats.taken(), safely);
            whole = false;
        } else {
            feed.commit(reached, heartbeats.taken(), safely, all);
        }
    }

    private void flushed(boolean complete) {
        flushed = reached;
        policy.flushed(complete, System.nanoTime());
    }

    /** After a restart lanes stand at different positions; once they do not, they can be spread anew. */
    private void fleetCaughtUp() throws SQLException, InterruptedException {
        if (fleet.catchingUp() && reached.reaches(fleet.lastStart())) {
            standStill();
            fleet.caughtUp(reached);
            feed.reopened();
            forgetTables();
        }
    }

    private void standStill() throws InterruptedException {
        flush(true);
        group.awaitIdle();
    }

    private void boundary(@Nullable SourceTransaction next) throws InterruptedException {
        Barrier requested = barrier.get();
        if (requested == null) {
            return;
        }
        if (requested.wantsHold()) {
            standStill();
            requested.hold(reached);
            forgetTables();
        }
        Position goal = requested.goal();
        if (goal != null && (reached.reaches(goal) || (next != null && goal.endsBefore(next)))) {
            standStill();
            requested.standAtGoal();
            barrier.compareAndSet(requested, null);
            forgetTables();
        }
    }

    /** While the lanes stood still, the target's indexes may have changed. */
    private void forgetTables() throws InterruptedException {
        mappings.forget();
        routed.clear();
        feed.forget();
    }

    /** Ends the connections under statements that do not return; for the closing thread. */
    public void abort() {
        fleet.abort();
    }

    /** Closes the connections; open transactions are rolled back by that. The pipeline must have ended. */
    @Override
    public void close() {
        fleet.close();
    }
}
