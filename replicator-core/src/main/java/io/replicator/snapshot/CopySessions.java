package io.replicator.snapshot;

import io.replicator.postgres.Database;
import io.replicator.postgres.ReplicaRole;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pair of sessions of one copying job. The target's commits do not wait for its disk: progress and rows are one
 * transaction, so that a crash of the target loses both.
 */
record CopySessions(Connection source, Connection target) implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CopySessions.class);

    static CopySessions open(Database source, Database target) throws SQLException {
        Connection reading = source.open("copy");
        try {
            Connection writing = target.open("copy");
            try (Statement statement = writing.createStatement()) {
                ReplicaRole.assume(writing);
                statement.execute("SET synchronous_commit = off");
                return new CopySessions(reading, writing);
            } catch (SQLException | RuntimeException e) {
                writing.close();
                throw e;
            }
        } catch (SQLException | RuntimeException e) {
            reading.close();
            throw e;
        }
    }

    /** Ends both sessions at once, whatever they are doing. */
    void abort() {
        for (Connection session : List.of(source, target)) {
            try {
                session.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.debug("ending a session", e);
            }
        }
    }

    @Override
    public void close() throws SQLException {
        try (source) {
            target.close();
        }
    }
}
