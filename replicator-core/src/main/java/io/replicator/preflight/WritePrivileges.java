package io.replicator.preflight;

import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** In tables that are there already our role must be able to write. */
final class WritePrivileges implements Check {
    private static final String REFUSED = """
            SELECT n.nspname, c.relname
            FROM unnest(?::text[], ?::text[]) AS t(schema, name)
            JOIN pg_namespace n ON n.nspname = t.schema
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
            WHERE NOT (has_schema_privilege(n.oid, 'USAGE')
                AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')
                AND has_table_privilege(c.oid, 'TRUNCATE'))
            ORDER BY 1, 2""";

    @Override
    public String id() {
        return "target.write_privileges";
    }

    @Override
    public Needs needs() {
        return Needs.BOTH;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        if (session.copiesSchema()) {
            return List.of();
        }
        List<QualifiedName> tables = Names.of(session.sourceTables());
        List<QualifiedName> refused = Query.rows(
                session.target(),
                REFUSED,
                row -> new QualifiedName(row.getString(1), row.getString(2)),
                (Object) tables.stream().map(QualifiedName::schema).toArray(String[]::new),
                (Object) tables.stream().map(QualifiedName::name).toArray(String[]::new));
        String role = session.role(Side.TARGET);
        return List.of(
                refused.isEmpty()
                        ? Finding.pass(id(), "role " + role + " may write to every table")
                        : Finding.fail(
                                id(),
                                "role " + role + " may not write to " + Names.counted(refused, "table"),
                                "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON " + Names.quoted(refused) + " TO "
                                        + role + ";"));
    }
}
