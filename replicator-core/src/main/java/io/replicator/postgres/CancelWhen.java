package io.replicator.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the server cancel what a session executes while a condition holds, for which the driver has no way: a thread that
 * executes a statement waits for its end. Statements fail with {@link SqlStates#QUERY_CANCELED} then.
 */
public final class CancelWhen implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(CancelWhen.class);
    private static final long POLL_MILLIS = 100;

    private final BooleanSupplier condition;
    private final PGConnection session;
    private final Thread watcher;

    /** @param condition asked ten times a second, by a thread of its own */
    public CancelWhen(Connection session, BooleanSupplier condition) throws SQLException {
        this.condition = condition;
        this.session = session.unwrap(PGConnection.class);
        watcher = Thread.ofVirtual().name("replicator-cancel").start(this::watch);
    }

    /** Cancels what the calling thread executes once it is interrupted. */
    public static CancelWhen interrupted(Connection session) throws SQLException {
        return new CancelWhen(session, Thread.currentThread()::isInterrupted);
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(POLL_MILLIS);
                if (condition.getAsBoolean()) {
                    session.cancelQuery();
                }
            }
        } catch (InterruptedException _) {
            LOGGER.trace("no longer watching");
        } catch (SQLException e) {
            LOGGER.warn("a statement cannot be cancelled: {}", SqlStates.describe(e));
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
