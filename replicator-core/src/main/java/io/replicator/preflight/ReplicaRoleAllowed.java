package io.replicator.preflight;

import io.replicator.postgres.ReplicaRole;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** Changes are applied with foreign keys and triggers off, by the session where it may. */
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
        return List.of(
                ReplicaRole.isAllowed(session.target())
                        ? Finding.pass(id(), "session_replication_role can be set")
                        : refused(session));
    }

    private Finding refused(Session session) throws SQLException {
        String role = session.role(Side.TARGET);
        boolean rds = Query.truth(session.target(), "SELECT to_regrole('rds_superuser') IS NOT NULL");
        String fix = session.version(Side.TARGET).atLeast(15)
                ? "GRANT SET ON PARAMETER session_replication_role TO " + role + ";"
                : "ALTER ROLE " + role + " SUPERUSER;";
        return Finding.warn(
                id(),
                "role " + role
                        + " may not set session_replication_role: foreign keys are dropped and triggers disabled while changes"
                        + " are applied, and restored at the cutover",
                rds ? "GRANT rds_superuser TO " + role + ";" : fix);
    }
}
