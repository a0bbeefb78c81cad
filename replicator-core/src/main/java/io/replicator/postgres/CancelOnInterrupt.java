package io.replicator.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the server cancel what a session executes once the thread that began to watch is interrupted: the driver would wait
 * for its end. Statements fail with {@link SqlStates#QUERY_CANCELED} then.
 */
public final class CancelOnInterrupt implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(CancelOnInterrupt.class);
    private static final long POLL_MILLIS = 100;

    private final Thread watcher;

    private CancelOnInterrupt(Thread watched, PGConnection session) {
        watcher = Thread.ofVirtual().name("replicator-cancel").unstarted(() -> watch(watched, session));
    }

    /** Watches the calling thread. */
    public static CancelOnInterrupt watch(Connection session) throws SQLException {
        CancelOnInterrupt watch = new CancelOnInterrupt(Thread.currentThread(), session.unwrap(PGConnection.class));
        watch.watcher.start();
        return watch;
    }

    private static void watch(Thread watched, PGConnection session) {
        try {
            while (true) {
                Thread.sleep(POLL_MILLIS);
                if (watched.isInterrupted()) {
                    session.cancelQuery();
                }
            }
        } catch (InterruptedException _) {
            LOGGER.trace("no longer watching {}", watched);
        } catch (SQLException e) {
            LOGGER.warn("a statement cannot be cancelled: {}", SqlStates.describe(e));
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
