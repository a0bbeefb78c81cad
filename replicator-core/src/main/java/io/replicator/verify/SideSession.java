package io.replicator.verify;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.Side;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session that answers questions about tables. What it sets and locks is undone to a savepoint, so that the caller's
 * transaction and its snapshot survive a failing statement; a session in autocommit mode gets a transaction of its own.
 *
 * <p>Several questions go to the server in one round trip. When one of them fails, each is asked again alone.
 *
 * <p>Used by one thread, but for {@link #cancel} and {@link #abort}.
 */
final class SideSession {
    private static final Logger LOG = LoggerFactory.getLogger(SideSession.class);
    private static final int FIRST_VALUE = 3;

    private final Side side;
    private final Connection connection;
    private final Statement statement;
    private final @Nullable TimeLimit limit;
    private final Dialect dialect;
    private volatile boolean stopped;

    SideSession(Side side, Connection connection, @Nullable TimeLimit limit, Dialect dialect) throws SQLException {
        this.side = side;
        this.connection = connection;
        this.limit = limit;
        this.dialect = dialect;
        this.statement = connection.createStatement();
        this.statement.setEscapeProcessing(false);
    }

    /**
     * Reads the queue's tables until it is empty or the session is stopped.
     *
     * @throws io.replicator.error.ReplicatorException when the session or its transaction is lost
     */
    void readAll(Queue<List<PendingTable>> queue) {
        try (statement) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            statement.execute("SAVEPOINT replicator_verify");
            statement.execute(settings());
            List<PendingTable> group;
            while (!stopped && (group = queue.poll()) != null) {
                read(group);
            }
            statement.execute("ROLLBACK TO SAVEPOINT replicator_verify; RELEASE SAVEPOINT replicator_verify");
            if (autoCommit) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.NOT_COMPARABLE, "comparing tables on the " + side, e);
        }
    }

    private String settings() {
        StringBuilder settings = new StringBuilder("SET LOCAL lc_monetary = 'C'");
        if (dialect.floatsDiffer()) {
            settings.append("; SET LOCAL extra_float_digits = 0");
        }
        return settings.toString();
    }

    private void read(List<PendingTable> group) throws SQLException {
        if (limit != null && limit.isOver()) {
            group.forEach(table -> table.answer(side, new Reading.Unreadable("no time was left for it")));
            return;
        }
        SQLException failure = tryToRead(group);
        if (failure == null) {
            return;
        }
        if (group.size() == 1) {
            group.getFirst().answer(side, new Reading.Unreadable(SqlStates.describe(failure)));
            return;
        }
        for (PendingTable table : group) {
            if (!stopped) {
                read(List.of(table));
            }
        }
    }

    private @Nullable SQLException tryToRead(List<PendingTable> group) throws SQLException {
        StringBuilder script = new StringBuilder("SAVEPOINT replicator_table; ");
        if (limit != null) {
            script.append("SET LOCAL statement_timeout = ")
                    .append(limit.halfMillis())
                    .append("; ");
        }
        for (PendingTable table : group) {
            script.append(table.query(side)).append("; ");
        }
        script.append("ROLLBACK TO SAVEPOINT replicator_table; RELEASE SAVEPOINT replicator_table");
        try {
            List<Reading> readings = new ArrayList<>(group.size());
            statement.execute(script.toString());
            do {
                try (ResultSet row = statement.getResultSet()) {
                    if (row != null) {
                        readings.add(reading(row));
                    }
                }
            } while (statement.getMoreResults() || statement.getUpdateCount() >= 0);
            for (int index = 0; index < group.size(); index++) {
                group.get(index).answer(side, readings.get(index));
            }
            return null;
        } catch (SQLException e) {
            if (SqlStates.isConnectionLoss(e)) {
                throw e;
            }
            statement.execute("ROLLBACK TO SAVEPOINT replicator_table; RELEASE SAVEPOINT replicator_table");
            return e;
        }
    }

    private static Reading reading(ResultSet row) throws SQLException {
        row.next();
        if (!row.getBoolean(1)) {
            return new Reading.Unreadable("the table was rewritten or truncated after the snapshot was taken");
        }
        ResultSetMetaData columns = row.getMetaData();
        List<String> values = new ArrayList<>(columns.getColumnCount());
        for (int column = FIRST_VALUE; column <= columns.getColumnCount(); column++) {
            String value = row.getString(column);
            values.add(value == null ? "NULL" : "'" + value + "'");
        }
        return new Reading.Figures(row.getLong(2), values);
    }

    /** Ends a running statement by a signal to its server; nothing more is read. */
    void cancel() {
        stopped = true;
        try {
            statement.cancel();
        } catch (SQLException e) {
            LOG.debug("cancelling a statement on the {}: {}", side, SqlStates.describe(e));
        }
    }

    /** Cuts the connection. */
    void abort() {
        stopped = true;
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.warn("cutting the connection to the {}: {}", side, SqlStates.describe(e));
        }
    }
}
