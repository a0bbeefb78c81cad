package io.replicator.apply;

import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A point between source transactions at which the lane stands still. Thread-safe.
 *
 * <p>The asker first has the lane hold at the next boundary, then, knowing the position wanted, lets it run exactly up
 * to there, and ends the barrier when done. Whoever asks must {@link #end} it in a finally block.
 */
public final class Barrier {
    private enum State {
        REQUESTED,
        HELD,
        RUNNING,
        REACHED,
        ENDED
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private State state = State.REQUESTED;
    private @Nullable Position goal;
    private @Nullable Position passed;
    private @Nullable ReplicatorException broken;

    /**
     * Waits until the lane holds; everything it has applied is committed.
     *
     * @return false when the limit ran out
     */
    public boolean awaitHeld(Duration limit) throws InterruptedException {
        return await(State.HELD, limit);
    }

    /** Lets the held lane run up to a position. */
    public void runTo(Position position) {
        lock.lock();
        try {
            goal = position;
            become(State.RUNNING);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the lane stands at the position: everything before it is committed, nothing behind it is applied.
     *
     * @return false when the limit ran out
     * @throws ReplicatorException {@code NOT_COMPARABLE} when the lane had passed the position already
     */
    public boolean awaitReached(Duration limit) throws InterruptedException {
        boolean reached = await(State.REACHED, limit);
        lock.lock();
        try {
            if (passed != null) {
                throw new ReplicatorException(
                        ErrorCode.NOT_COMPARABLE, "the target is already at " + passed + ", behind " + goal);
            }
        } finally {
            lock.unlock();
        }
        return reached;
    }

    /** Lets the lane go on. */
    public void end() {
        lock.lock();
        try {
            become(State.ENDED);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the lane where it stands: it fails with the reason and applies nothing more. */
    public void breakOff(ReplicatorException reason) {
        lock.lock();
        try {
            broken = reason;
            become(State.ENDED);
        } finally {
            lock.unlock();
        }
    }

    private boolean await(State wanted, Duration limit) throws InterruptedException {
        long remaining = limit.toNanos();
        lock.lockInterruptibly();
        try {
            while (state != wanted && state != State.ENDED && remaining > 0) {
                remaining = changed.awaitNanos(remaining);
            }
            return state == wanted;
        } finally {
            lock.unlock();
        }
    }

    private void become(State next) {
        if (state != State.ENDED) {
            state = next;
            changed.signalAll();
        }
    }

    /** Whether the lane is asked to hold at its next boundary. */
    boolean wantsHold() {
        lock.lock();
        try {
            return state == State.REQUESTED;
        } finally {
            lock.unlock();
        }
    }

    /** The position the lane runs to; null unless it does. */
    @Nullable
    Position goal() {
        lock.lock();
        try {
            return state == State.RUNNING ? goal : null;
        } finally {
            lock.unlock();
        }
    }

    /** The lane holds here, with everything committed, until it knows how far to run. */
    void hold(Position applied) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            become(State.HELD);
            while (state == State.HELD) {
                changed.await();
            }
            if (state == State.RUNNING && goal != null && applied.reaches(goal) && !applied.equals(goal)) {
                passed = applied;
                become(State.ENDED);
            }
            requireNotBroken();
        } finally {
            lock.unlock();
        }
    }

    /** The lane stands at the goal, with everything committed, until the barrier ends. */
    void standAtGoal() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            become(State.REACHED);
            while (state == State.REACHED) {
                changed.await();
            }
            requireNotBroken();
        } finally {
            lock.unlock();
        }
    }

    private void requireNotBroken() {
        if (broken != null) {
            throw broken;
        }
    }
}
