package io.replicator.apply;

import io.replicator.capture.DurablePosition;
import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.Relation;
import io.replicator.change.SourceTransaction;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.pipeline.ByteBudget;
import io.replicator.pipeline.ChangeHandler;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.Migration;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes changes from the pipeline, gathers whole source transactions, and applies them. All of it happens on the
 * pipeline's thread but for {@link #durable}, {@link #request} and {@link #close}.
 *
 * <p>Batches adapt by themselves: when the pipeline is drained at the end of a transaction the batch is applied at once,
 * when it is not the batch grows to its limit. A transaction is skipped when it lies before the lane's position, a
 * change when it lies before its table's.
 */
public final class Lane implements ChangeHandler, DurablePosition, AutoCloseable {
    private static final long SAFE_COMMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long IDLE_COMMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long MAX_HELD_BYTES = 32L << 20;

    private final LaneSession session;
    private final TableMappings mappings;
    private final Heartbeats heartbeats;
    private final ByteBudget budget;
    private final ApplyStatistics statistics;
    private final long maxHeldBytes;
    private final Batch batch = new Batch();
    private volatile Position durable;
    private volatile @Nullable Barrier barrier;
    private Position reached;
    private @Nullable SourceTransaction transaction;
    private boolean skipping;
    private boolean uncommitted;
    private long heldBytes;
    private long rows;
    private long transactions;
    private long lastSafeCommit = System.nanoTime();
    private long lastCommit = lastSafeCommit;

    public Lane(
            Database target,
            Migration migration,
            int number,
            Position position,
            TableStarts starts,
            HeartbeatListener listener,
            ByteBudget budget,
            ApplyStatistics statistics) {
        this.session = new LaneSession(target, migration, number, position);
        this.mappings = new TableMappings(session.connection(), starts);
        this.heartbeats = new Heartbeats(migration.name(), listener);
        this.budget = budget;
        this.maxHeldBytes = Math.min(MAX_HELD_BYTES, budget.limit() / 2);
        this.statistics = statistics;
        this.durable = position;
        this.reached = position;
    }

    @Override
    public Position durable() {
        return durable;
    }

    /** Asks the lane to stand still at a barrier; the one before must have ended. */
    public void request(Barrier requested) {
        barrier = requested;
    }

    @Override
    public void handle(Change change, boolean drained) throws InterruptedException {
        heldBytes += change.size();
        try {
            take(change);
            if (transaction == null) {
                if (holdsMuch() || drained || transactionsWaitLong()) {
                    commit(drained);
                }
                boundary(null);
            } else if (change instanceof Change.Checkpoint) {
                checkpoint();
            } else if (holdsMuch()) {
                applyPiece();
            }
        } catch (SQLException e) {
            ErrorCode code = SqlStates.isTransient(e) ? ErrorCode.APPLY_TRANSIENT : ErrorCode.APPLY_FAILED;
            throw new ReplicatorException(code, "applying up to " + reached + ": " + SqlStates.describe(e), e);
        }
    }

    /** Changes that are passed over hold memory too, and the source sends nothing more once all of it is held. */
    private boolean holdsMuch() {
        return batch.full() || heldBytes >= maxHeldBytes;
    }

    private boolean transactionsWaitLong() {
        return uncommitted && System.nanoTime() - lastSafeCommit > SAFE_COMMIT_NANOS;
    }

    private void take(Change change) throws SQLException, InterruptedException {
        switch (change) {
            case Change.Begin begin -> {
                boundary(begin.transaction());
                transaction = begin.transaction();
                skipping = session.position().contains(begin.transaction());
            }
            case Change.Commit commit -> end(commit.end());
            case Change.Checkpoint _ -> {}
            case Change.Idle idle -> {
                if (idle.position().reaches(reached)) {
                    reached = idle.position();
                }
            }
            case Change.Insert insert -> row(insert.relation(), insert);
            case Change.Update update -> row(update.relation(), update);
            case Change.Delete delete -> row(delete.relation(), delete);
            case Change.Upsert upsert -> row(upsert.relation(), upsert);
            case Change.Remove remove -> row(remove.relation(), remove);
            case Change.Truncate truncate -> truncate(truncate);
        }
    }

    private void end(Position end) {
        SourceTransaction ended = transaction;
        transaction = null;
        if (skipping) {
            if (ended != null && !session.position().reaches(end)) {
                throw new ReplicatorException(
                        ErrorCode.STATE_MISMATCH,
                        "the target's position " + session.position() + " lies inside the source transaction "
                                + ended.xid() + " that ends at " + end);
            }
            skipping = false;
            return;
        }
        reached = end;
        transactions++;
    }

    private void row(Relation relation, Change change) throws SQLException {
        if (skipping) {
            return;
        }
        if (heartbeats.take(relation, change)) {
            return;
        }
        TableMapping mapping = mappings.mapping(relation);
        SourceTransaction current = transaction;
        if (current != null && mappings.contains(mapping, current)) {
            return;
        }
        if (!batch.accepts(mapping)) {
            applyPiece();
            session.forgetStatements();
        }
        batch.add(mapping, change);
    }

    private void truncate(Change.Truncate truncate) throws SQLException {
        SourceTransaction current = transaction;
        if (skipping || current == null) {
            return;
        }
        Change.Truncate wanted = mappings.withoutContained(truncate, current);
        if (!wanted.relations().isEmpty()) {
            applyPiece();
            session.truncate(wanted);
            uncommitted = true;
        }
    }

    /** Applies what is gathered inside the open transaction, and gives its memory back. */
    private void applyPiece() throws SQLException {
        if (batch.changes() > 0) {
            session.apply(batch);
            rows += batch.changes();
            batch.clear();
            uncommitted = true;
        }
        budget.release(heldBytes);
        heldBytes = 0;
    }

    /** Keeps what is applied of an open source transaction, at the position before it. */
    private void checkpoint() throws SQLException {
        applyPiece();
        if (uncommitted) {
            session.commit(reached, heartbeats.pendingBeat(), false);
            uncommitted = false;
            lastCommit = System.nanoTime();
            statistics.committed(reached, rows, transactions);
            rows = 0;
            transactions = 0;
            heartbeats.committed();
        }
    }

    private void commit(boolean drained) throws SQLException {
        applyPiece();
        if (!uncommitted && !heartbeats.pending()) {
            boolean recent = System.nanoTime() - lastCommit < IDLE_COMMIT_NANOS;
            if (recent || reached.equals(session.position())) {
                return;
            }
        }
        boolean safely = drained || System.nanoTime() - lastSafeCommit > SAFE_COMMIT_NANOS;
        session.commit(reached, heartbeats.pendingBeat(), safely);
        uncommitted = false;
        lastCommit = System.nanoTime();
        statistics.committed(reached, rows, transactions);
        rows = 0;
        transactions = 0;
        if (safely) {
            durable = reached;
            lastSafeCommit = System.nanoTime();
        }
        heartbeats.committed();
    }

    private void boundary(@Nullable SourceTransaction next) throws SQLException, InterruptedException {
        Barrier requested = barrier;
        if (requested == null) {
            return;
        }
        if (requested.wantsHold()) {
            commit(true);
            requested.hold(reached);
            forgetTables();
        }
        Position goal = requested.goal();
        if (goal != null && (reached.reaches(goal) || (next != null && goal.endsBefore(next)))) {
            commit(true);
            requested.standAtGoal();
            barrier = null;
            forgetTables();
        }
    }

    /** While the lane stood still, the target's indexes may have changed. */
    private void forgetTables() throws SQLException {
        mappings.forget();
        session.forgetStatements();
    }

    /** Ends the connection under a statement that does not return; for the closing thread. */
    public void abort() {
        session.abort();
    }

    /** Closes the connection; an open transaction is rolled back by that. */
    @Override
    public void close() {
        session.close();
    }
}
