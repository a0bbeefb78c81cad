package io.replicator.race;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** One session that asks a database again and again, so that waiting for a contender takes little from it. */
final class Watch implements AutoCloseable {
    private final Connection connection;
    private final Statement statement;

    Watch(Cluster cluster, String database) {
        try {
            connection = cluster.connect(database);
            statement = connection.createStatement();
        } catch (SQLException e) {
            throw new IllegalStateException("watching " + database, e);
        }
    }

    /** Whether a query's one value is the expected one. */
    boolean gives(String expected, String query) {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return expected.equals(row.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
