package io.replicator.preflight;

import io.replicator.config.CaptureMode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The source must let our role stream; a walsender session that opens is the proof. */
final class ReplicationRole implements Check {
    private static final String MAY_REPLICATE = """
            SELECT rolsuper OR rolreplication
                OR EXISTS (SELECT FROM pg_roles g WHERE g.rolname = 'rds_replication' AND pg_has_role(g.oid, 'MEMBER'))
            FROM pg_roles WHERE rolname = current_user""";

    @Override
    public String id() {
        return "source.replication_role";
    }

    @Override
    public Needs needs() {
        return Needs.SOURCE;
    }

    @Override
    public boolean concerns(CaptureMode capture) {
        return capture != CaptureMode.TRIGGER;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        String role = session.role(Side.SOURCE);
        if (!Query.truth(session.source(), MAY_REPLICATE)) {
            boolean rds = Query.truth(session.source(), "SELECT to_regrole('rds_replication') IS NOT NULL");
            return List.of(Finding.fail(
                    id(),
                    "role " + role + " may not replicate",
                    rds ? "GRANT rds_replication TO " + role + ";" : "ALTER ROLE " + role + " REPLICATION;"));
        }
        try (Connection replication = session.context().source().openReplication("check")) {
            return List.of(Finding.pass(id(), "role " + role + " may replicate" + (replication.isClosed() ? "?" : "")));
        } catch (ReplicatorException e) {
            return List.of(Finding.fail(
                    id(),
                    "a replication session is refused: " + e.getMessage(),
                    "allow role " + role + " in pg_hba.conf, then: SELECT pg_reload_conf();"));
        }
    }
}
