package io.replicator.capture.trigger;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Runs DDL for one item after the other, each in a short transaction that gives up when it does not get its lock soon.
 *
 * <p>Whoever waits for a strong lock makes everybody behind it wait too. So the first attempts wait very little, later
 * ones at most {@link #MAX_LOCK_TIMEOUT_MILLIS}; an item whose lock was refused is tried again after the others, and
 * when all were refused there is a pause of random length.
 */
final class ShortTransactions<T> {
    static final int MAX_LOCK_TIMEOUT_MILLIS = 1_500;

    private static final int MIN_LOCK_TIMEOUT_MILLIS = 100;
    private static final long MIN_PAUSE_MILLIS = 100;
    private static final long MAX_PAUSE_MILLIS = 3_000;

    private final Connection session;
    private final String what;
    private final Work<T> work;

    /** What happens in an item's transaction. */
    interface Work<T> {
        void run(T item) throws SQLException;

        /** Called after the commit. */
        void done(T item);

        /** Called after an attempt that did not get its lock; may throw to give up. */
        void refused(T item);
    }

    /** @param what precedes the item's name in messages of failures */
    ShortTransactions(Connection session, String what, Work<T> work) {
        this.session = session;
        this.what = what;
        this.work = work;
    }

    /** Returns when every item is done. */
    void run(Collection<T> items) throws SQLException, InterruptedException {
        Deque<T> waiting = new ArrayDeque<>(items);
        int lockTimeout = MIN_LOCK_TIMEOUT_MILLIS;
        long pause = MIN_PAUSE_MILLIS;
        int refused = 0;
        session.setAutoCommit(false);
        while (!waiting.isEmpty()) {
            T item = waiting.remove();
            if (attempt(item, lockTimeout)) {
                work.done(item);
                pause = MIN_PAUSE_MILLIS;
                refused = 0;
                continue;
            }
            waiting.add(item);
            work.refused(item);
            refused++;
            if (refused >= waiting.size()) {
                Thread.sleep(ThreadLocalRandom.current().nextLong(pause / 2, pause));
                pause = Math.min(2 * pause, MAX_PAUSE_MILLIS);
                lockTimeout = Math.min(2 * lockTimeout, MAX_LOCK_TIMEOUT_MILLIS);
                refused = 0;
            }
        }
        session.setAutoCommit(true);
    }

    private boolean attempt(T item, int lockTimeout) throws SQLException {
        try {
            try (Statement statement = session.createStatement()) {
                statement.execute("SET LOCAL lock_timeout = " + lockTimeout);
            }
            work.run(item);
            session.commit();
            return true;
        } catch (SQLException e) {
            if (SqlStates.has(e, SqlStates.LOCK_NOT_AVAILABLE) || SqlStates.has(e, SqlStates.DEADLOCK_DETECTED)) {
                session.rollback();
                return false;
            }
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, what + " " + item, e);
        }
    }
}
