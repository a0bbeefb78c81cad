package io.replicator.progress;

import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a daemon that a request was filed or cancelled, by NOTIFY. A pooler between may lose that or refuse to listen, so
 * that whoever waits looks by itself from time to time. One thread waits.
 */
final class RequestBell {
    private static final Logger LOGGER = LoggerFactory.getLogger(RequestBell.class);
    private static final String CHANNEL = "replicator_request";

    /** How long an interrupt may go unnoticed. */
    private static final long SLICE_MILLIS = 100;

    private final Connection session;

    private RequestBell(Connection session) {
        this.session = session;
    }

    /** Listens on a session that does nothing else meanwhile. */
    static RequestBell listen(Connection session) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute("LISTEN " + CHANNEL);
        } catch (SQLException e) {
            if (SqlStates.isConnectionLoss(e)) {
                throw e;
            }
            LOGGER.info("requests are only polled for: {}", SqlStates.describe(e));
        }
        return new RequestBell(session);
    }

    /** Rings once the open transaction commits. */
    static void ring(Connection target) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("SELECT pg_notify(?, '')")) {
            statement.setString(1, CHANNEL);
            statement.execute();
        }
    }

    /** Waits until it has rung, or for a time. */
    void await(Duration limit) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        PGConnection listening = session.unwrap(PGConnection.class);
        long left = limit.toMillis();
        while (left > 0) {
            if (listening.getNotifications((int) Math.min(left, SLICE_MILLIS)).length > 0) {
                return;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("waiting for requests");
            }
            left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        }
    }
}
