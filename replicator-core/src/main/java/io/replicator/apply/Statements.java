package io.replicator.apply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.PGStatement;

/** The prepared statements of one lane, least recently used ones closed first. Not thread-safe. */
final class Statements {
    private static final int LIMIT = 500;

    private final Connection connection;
    private final Map<String, PreparedStatement> prepared = new LinkedHashMap<>(64, 0.75f, true);

    Statements(Connection connection) {
        this.connection = connection;
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
            statement.unwrap(PGStatement.class).setPrepareThreshold(1);
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
