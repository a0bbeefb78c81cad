package io.replicator.snapshot;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the operator's query once a second and stops the copy while its answer is true. A source that does not answer is
 * taken for one under load.
 */
final class SourceLoad implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SourceLoad.class);
    private static final long EVERY_MILLIS = 1_000;

    private final Database source;
    private final String query;
    private final CopyRate rate;
    private final Thread watcher;

    private SourceLoad(Database source, String query, CopyRate rate) {
        this.source = source;
        this.query = query;
        this.rate = rate;
        this.watcher = Thread.ofVirtual().name("replicator-source-load").unstarted(this::watch);
    }

    /** @throws ReplicatorException {@code CONFIGURATION_INVALID} when the query cannot be run or is not of type boolean */
    static SourceLoad watch(Database source, String query, CopyRate rate) {
        try (Connection session = source.open("load")) {
            rate.hold(high(session, query));
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONFIGURATION_INVALID, "copy.throttle_while", e);
        }
        SourceLoad load = new SourceLoad(source, query, rate);
        load.watcher.start();
        return load;
    }

    private void watch() {
        while (!Thread.currentThread().isInterrupted()) {
            try (Connection session = source.open("load")) {
                while (true) {
                    Thread.sleep(EVERY_MILLIS);
                    rate.hold(high(session, query));
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (SQLException e) {
                stop(SqlStates.describe(e));
            } catch (ReplicatorException e) {
                stop(e.getMessage());
            }
        }
    }

    private void stop(@Nullable String why) {
        LOG.warn("the copy waits, copy.throttle_while has no answer: {}", why);
        rate.hold(true);
        try {
            Thread.sleep(EVERY_MILLIS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean high(Connection session, String query) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute("SET statement_timeout = '5s'; SET default_transaction_read_only = on");
            try (ResultSet row = statement.executeQuery(query)) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
        boolean interrupted = false;
        while (true) {
            try {
                watcher.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        rate.hold(false);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
