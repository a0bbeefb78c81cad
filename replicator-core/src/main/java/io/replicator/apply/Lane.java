package io.replicator.apply;

import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.pipeline.ByteBudget;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A connection to the target and the thread that owns it. It carries out the router's orders, one after the other, and
 * stops at the first that fails: what is not committed then is not there.
 */
final class Lane {
    /** Two flushes wait while a third is applied: more would only hold memory. */
    private static final int ORDERS = 4;

    private final int number;
    private final LaneSession session;
    private final LaneGroup group;
    private final ByteBudget budget;
    private final BlockingQueue<LaneOrder> orders = new ArrayBlockingQueue<>(ORDERS);
    private final Thread thread;
    private volatile boolean stopping;

    Lane(int number, LaneSession session, LaneGroup group, ByteBudget budget) {
        this.number = number;
        this.session = session;
        this.group = group;
        this.budget = budget;
        this.thread = Thread.ofPlatform().name("replicator-lane-" + number).unstarted(this::run);
    }

    int number() {
        return number;
    }

    void start() {
        thread.start();
    }

    boolean offer(LaneOrder order, long patienceMillis) throws InterruptedException {
        return orders.offer(order, patienceMillis, TimeUnit.MILLISECONDS);
    }

    /** Where it stands; only while it has no orders left. */
    Position position() {
        return session.position();
    }

    private void run() {
        try {
            LaneOrder order = orders.take();
            while (!stopping) {
                execute(order);
                group.done();
                order = orders.take();
            }
        } catch (SQLException e) {
            group.failed(ApplyFailures.of("applying in lane " + number + " behind " + session.position(), e));
        } catch (InterruptedException e) {
            group.failed(new ReplicatorException(ErrorCode.INTERRUPTED, "lane " + number + " was interrupted", e));
        } catch (RuntimeException | Error e) {
            group.failed(e);
        }
    }

    private void execute(LaneOrder order) throws SQLException {
        switch (order) {
            case LaneOrder.Apply(Batch batch, long bytes) -> {
                session.apply(batch);
                budget.release(bytes);
            }
            case LaneOrder.Truncate truncate -> session.truncate(truncate.truncate());
            case LaneOrder.Spread spread -> session.write(spread.table(), spread.spread());
            case LaneOrder.Commit commit -> {
                session.commit(commit.flush(), commit.beat(), commit.others());
                group.committed(commit.flush());
            }
            case LaneOrder.Stand stand -> session.stand(stand.position());
            case LaneOrder.Forget _ -> session.forgetStatements();
        }
    }

    /** Stops after the order it is at; the others are dropped. */
    void stop() {
        stopping = true;
        orders.clear();
        orders.offer(new LaneOrder.Forget());
    }

    /** Ends the connection under a statement that does not return. */
    void abort() {
        session.abort();
    }

    /** @return false when the thread has not ended within the limit */
    boolean join(Duration limit) throws InterruptedException {
        return thread.getState() == Thread.State.NEW || thread.join(limit);
    }

    /** Closes the connection; an open transaction is rolled back by that. */
    void close() {
        session.close();
    }
}
