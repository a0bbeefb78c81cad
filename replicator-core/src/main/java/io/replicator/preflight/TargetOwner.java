package io.replicator.preflight;

import io.replicator.postgres.Identifiers;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** The role that is to own the copied objects must be there, and ours must be a member of it to go on writing. */
final class TargetOwner implements Check {
    private static final String SCHEMAS = """
            SELECT n.nspname FROM pg_namespace n
            WHERE n.nspname = ANY (?) AND NOT has_schema_privilege(?, n.oid, 'CREATE')
              AND NOT pg_has_role(n.nspowner, 'USAGE')
            ORDER BY 1""";

    @Override
    public String id() {
        return "target.owner";
    }

    @Override
    public Needs needs() {
        return Needs.BOTH;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        String owner = session.context().config().schema().owner();
        if (owner == null) {
            return List.of();
        }
        String role = session.role(Side.TARGET);
        String quoted = Identifiers.quote(owner);
        if (!Query.truth(session.target(), "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = ?)", owner)) {
            return List.of(Finding.fail(id(), "there is no role " + owner, "CREATE ROLE " + quoted + " LOGIN;"));
        }
        if (!Query.truth(
                session.target(), "SELECT pg_has_role(?, 'MEMBER') AND pg_has_role(?, 'USAGE')", owner, owner)) {
            return List.of(Finding.fail(
                    id(),
                    "role " + role + " does not have the rights of role " + owner,
                    "GRANT " + quoted + " TO " + role + ";"));
        }
        List<String> refused = Query.rows(
                session.target(),
                SCHEMAS,
                row -> row.getString(1),
                session.sourceTables().stream()
                        .map(table -> table.name().schema())
                        .distinct()
                        .toArray(String[]::new),
                owner);
        return List.of(
                refused.isEmpty()
                        ? Finding.pass(id(), "role " + owner + " can own what is copied")
                        : Finding.fail(
                                id(),
                                "role " + owner + " may not create in " + Names.counted(refused, "schema"),
                                "GRANT USAGE, CREATE ON SCHEMA " + Identifiers.quoteAll(refused) + " TO " + quoted
                                        + ";"));
    }
}
