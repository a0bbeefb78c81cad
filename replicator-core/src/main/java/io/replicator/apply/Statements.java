package io.replicator.apply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.PGStatement;

/**
 * The prepared statements of one lane, least recently used ones closed first. Not thread-safe.
 *
 * <p>Every execution is planned anew: a plan made while a table was empty scans the given rows once for each row of the
 * table, which has grown meanwhile. From PostgreSQL 12 on the session's {@code plan_cache_mode} sees to that; older
 * servers get the text again each time.
 */
final class Statements {
    private static final int LIMIT = 500;

    private static final int FIRST_WITH_PLAN_CACHE_MODE = 12;

    private final Connection connection;
    private final int prepareThreshold;
    private final Map<String, PreparedStatement> prepared = new LinkedHashMap<>(64, 0.75f, true);

    Statements(Connection connection, int serverMajor) {
        this.connection = connection;
        this.prepareThreshold = serverMajor >= FIRST_WITH_PLAN_CACHE_MODE ? 1 : 0;
    }

    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            if (prepared.size() >= LIMIT) {
                String eldest = prepared.keySet().iterator().next();
                PreparedStatement closed = prepared.remove(eldest);
                if (closed != null) {
                    closed.close();
                }
            }
            statement = connection.prepareStatement(sql);
            statement.unwrap(PGStatement.class).setPrepareThreshold(prepareThreshold);
            prepared.put(sql, statement);
        }
        return statement;
    }

    /** Forgets all, after a table's structure changed. */
    void clear() throws SQLException {
        for (PreparedStatement statement : prepared.values()) {
            statement.close();
        }
        prepared.clear();
    }
}
