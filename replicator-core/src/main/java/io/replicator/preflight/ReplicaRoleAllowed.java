package io.replicator.preflight;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.ReplicaRole;
import io.replicator.postgres.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Changes are applied with foreign keys and triggers off. Tried, inside a transaction that is rolled back. */
final class ReplicaRoleAllowed implements Check {
    @Override
    public String id() {
        return "target.replica_role";
    }

    @Override
    public Needs needs() {
        return Needs.TARGET;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        Connection target = session.target();
        target.setAutoCommit(false);
        try {
            ReplicaRole.assume(target, session.context().target());
        } catch (ReplicatorException e) {
            if (e.code() != ErrorCode.PRIVILEGE_MISSING) {
                throw e;
            }
            target.rollback();
            return List.of(refused(session));
        } finally {
            target.rollback();
            target.setAutoCommit(true);
        }
        return List.of(Finding.pass(id(), "session_replication_role can be set"));
    }

    private Finding refused(Session session) throws SQLException {
        String role = session.role(Side.TARGET);
        boolean rds = Query.truth(session.target(), "SELECT to_regrole('rds_superuser') IS NOT NULL");
        String fix = session.version(Side.TARGET).atLeast(15)
                ? "GRANT SET ON PARAMETER session_replication_role TO " + role + ";"
                : "ALTER ROLE " + role + " SUPERUSER;";
        return Finding.fail(
                id(),
                "role " + role + " may not set session_replication_role, so foreign keys and triggers would fire",
                rds ? "GRANT rds_superuser TO " + role + ";" : fix);
    }
}
