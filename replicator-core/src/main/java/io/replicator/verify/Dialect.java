package io.replicator.verify;

import io.replicator.postgres.ServerVersion;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * How both servers are asked, so that equal rows give equal answers.
 *
 * @param md5 whether one of them has no hashtextextended (before PostgreSQL 11)
 * @param floatsDiffer whether one of them writes the shortest exact text of a float (since PostgreSQL 12) and the other
 *     does not
 * @param encodingsDiffer whether the databases store text in different encodings
 */
record Dialect(boolean md5, boolean floatsDiffer, boolean encodingsDiffer) {
    private static final int EXTENDED_HASHES = 11;
    private static final int SHORTEST_FLOATS = 12;

    static Dialect of(ServerVersion source, ServerVersion target, ConnectionPair pair) throws SQLException {
        return new Dialect(
                !source.atLeast(EXTENDED_HASHES) || !target.atLeast(EXTENDED_HASHES),
                source.atLeast(SHORTEST_FLOATS) != target.atLeast(SHORTEST_FLOATS),
                !encoding(pair.source()).equals(encoding(pair.target())));
    }

    private static String encoding(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_catalog.current_setting('server_encoding')")) {
            row.next();
            return row.getString(1);
        }
    }
}
