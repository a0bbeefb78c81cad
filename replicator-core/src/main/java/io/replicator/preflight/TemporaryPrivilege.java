package io.replicator.preflight;

import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** Changes travel through temporary tables and types of the lanes' sessions. */
final class TemporaryPrivilege implements Check {
    @Override
    public String id() {
        return "target.temporary_privilege";
    }

    @Override
    public Needs needs() {
        return Needs.TARGET;
    }

    @Override
    public boolean concernsCopyOnly() {
        return false;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        String role = session.role(Side.TARGET);
        String database = session.database(Side.TARGET);
        boolean allowed =
                Query.truth(session.target(), "SELECT has_database_privilege(current_database(), 'TEMPORARY')");
        return List.of(
                allowed
                        ? Finding.pass(id(), "role " + role + " may create temporary tables in database " + database)
                        : Finding.fail(
                                id(),
                                "role " + role + " may not create temporary tables in database " + database
                                        + ", through which changes are applied",
                                "GRANT TEMPORARY ON DATABASE " + database + " TO " + role + ";"));
    }
}
