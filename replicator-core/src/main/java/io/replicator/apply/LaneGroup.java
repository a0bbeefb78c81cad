package io.replicator.apply;

import io.replicator.capture.DurablePosition;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The lanes, and what they have in common: the flushes on their way, and the first failure. Orders are given by one
 * thread, the router's; everything else may be called from any thread.
 */
final class LaneGroup implements DurablePosition {
    private static final long PATIENCE_MILLIS = 100;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition diskWaits = lock.newCondition();
    private final Deque<Flush> flushes = new ArrayDeque<>();
    private final ApplyStatistics statistics;
    private final HeartbeatListener heartbeats;
    private long outstanding;
    private volatile Position durable;
    private Position committed;
    private volatile @Nullable Throwable failure;

    LaneGroup(Position durable, ApplyStatistics statistics, HeartbeatListener heartbeats) {
        this.durable = durable;
        this.committed = durable;
        this.statistics = statistics;
        this.heartbeats = heartbeats;
    }

    /** Gives a lane an order; waits while it has several left. */
    void order(Lane lane, LaneOrder order) throws InterruptedException {
        requireNoFailure();
        lock.lock();
        try {
            outstanding++;
        } finally {
            lock.unlock();
        }
        while (!lane.offer(order, PATIENCE_MILLIS)) {
            requireNoFailure();
        }
    }

    /** Announces a flush, before its commits are ordered. */
    void announce(Flush flush) {
        lock.lock();
        try {
            flushes.add(flush);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until no lane has an order left. */
    void awaitIdle() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (outstanding > 0) {
                requireNoFailure();
                if (!changed.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                    requireNoFailure();
                }
            }
        } finally {
            lock.unlock();
        }
        requireNoFailure();
    }

    /** Whether no lane has an order left; waits a moment for it. */
    boolean awaitIdle(long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (outstanding > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
            requireNoFailure();
            return outstanding == 0;
        } finally {
            lock.unlock();
        }
    }

    /** A lane has done an order. */
    void done() {
        lock.lock();
        try {
            outstanding--;
            if (outstanding == 0) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A lane has committed its part of a flush; flushes take effect in their order. */
    void committed(Flush flush) {
        lock.lock();
        try {
            flush.committedByOne();
            Flush first = flushes.peek();
            while (first != null && first.done()) {
                flushes.remove();
                statistics.committed(first.reached(), first.rows(), first.transactions());
                if (first.safely()) {
                    durable = first.reached();
                }
                if (first.complete()) {
                    committed = first.reached();
                    diskWaits.signalAll();
                }
                if (first.beat() > 0) {
                    heartbeats.applied(first.beat());
                }
                first = flushes.peek();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits for a position that every lane has committed, but that is not known to be on the target's disk. */
    Position awaitCommitted() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (durable.reaches(committed)) {
                diskWaits.await();
            }
            return committed;
        } finally {
            lock.unlock();
        }
    }

    /** What every lane had committed up to this position is on the target's disk. */
    void onDisk(Position position) {
        lock.lock();
        try {
            if (position.reaches(durable)) {
                durable = position;
            }
        } finally {
            lock.unlock();
        }
    }

    void failed(Throwable thrown) {
        lock.lock();
        try {
            if (failure == null) {
                failure = thrown;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Why a lane failed; null while none has. */
    @Nullable
    ReplicatorException failure() {
        return switch (failure) {
            case null -> null;
            case ReplicatorException known -> new ReplicatorException(known.code(), known.getMessage(), known);
            case Throwable thrown -> new ReplicatorException(ErrorCode.INTERNAL, "applying failed: " + thrown, thrown);
        };
    }

    private void requireNoFailure() {
        ReplicatorException failed = failure();
        if (failed != null) {
            throw failed;
        }
    }

    @Override
    public Position durable() {
        return durable;
    }
}
