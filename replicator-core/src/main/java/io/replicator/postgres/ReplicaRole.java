package io.replicator.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Turns foreign keys and user triggers off for a session of the target ({@code session_replication_role}, PostgreSQL
 * documentation, section 20.11.1). Where the role may not, they have to be suspended on the tables themselves.
 */
public final class ReplicaRole {
    private ReplicaRole() {}

    /**
     * Takes the replica role for a session in autocommit mode.
     *
     * @return false when the login may not
     */
    public static boolean assume(Connection connection) throws SQLException {
        if (isAssumed(connection)) {
            return true;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            return true;
        } catch (SQLException e) {
            if (SqlStates.has(e, SqlStates.INSUFFICIENT_PRIVILEGE)) {
                return false;
            }
            throw e;
        }
    }

    /** Sessions of the login may have the role from the beginning (ALTER ROLE … SET). */
    private static boolean isAssumed(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT current_setting('session_replication_role')")) {
            row.next();
            return row.getString(1).equals("replica");
        }
    }

    /** Whether the login may take the replica role; the session is left as it was. */
    public static boolean isAllowed(Connection connection) throws SQLException {
        if (isAssumed(connection)) {
            return true;
        }
        boolean allowed = assume(connection);
        if (allowed) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("RESET session_replication_role");
            }
        }
        return allowed;
    }
}
