package io.replicator.preflight;

import io.replicator.postgres.Identifiers;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** Tables are created in schemas that may belong to somebody else, such as public. */
final class SchemaPrivileges implements Check {
    private static final String REFUSED = """
            SELECT n.nspname FROM pg_namespace n
            WHERE n.nspname = ANY (?) AND NOT has_schema_privilege(n.oid, 'CREATE') ORDER BY 1""";

    @Override
    public String id() {
        return "target.schema_privileges";
    }

    @Override
    public Needs needs() {
        return Needs.BOTH;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        if (!session.copiesSchema()) {
            return List.of();
        }
        List<String> refused =
                Query.rows(session.target(), REFUSED, row -> row.getString(1), (Object) session.sourceTables().stream()
                        .map(table -> table.name().schema())
                        .distinct()
                        .toArray(String[]::new));
        String role = session.role(Side.TARGET);
        return List.of(
                refused.isEmpty()
                        ? Finding.pass(id(), "role " + role + " may create in every schema that exists")
                        : Finding.fail(
                                id(),
                                "role " + role + " may not create in " + Names.counted(refused, "schema"),
                                "GRANT USAGE, CREATE ON SCHEMA " + Identifiers.quoteAll(refused) + " TO " + role
                                        + ";"));
    }
}
