package io.replicator.postgres;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Turns foreign keys and user triggers off for a session of the target ({@code session_replication_role}, PostgreSQL
 * documentation, section 20.11.1).
 */
public final class ReplicaRole {
    private ReplicaRole() {}

    public static void assume(Connection connection, Database target) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET session_replication_role = replica");
        } catch (SQLException e) {
            if (SqlStates.has(e, SqlStates.INSUFFICIENT_PRIVILEGE)) {
                throw new ReplicatorException(
                        ErrorCode.PRIVILEGE_MISSING,
                        target + " may not set session_replication_role: " + SqlStates.describe(e)
                                + "; GRANT SET ON PARAMETER session_replication_role TO "
                                + Identifiers.quote(target.settings().user()),
                        e);
            }
            throw e;
        }
    }
}
