package io.replicator.preflight;

import io.replicator.catalog.CatalogReader;
import io.replicator.catalog.Table;
import io.replicator.config.TableFilter;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Every table and every sequence is read. */
final class SelectPrivileges implements Check {
    private static final String SCHEMAS = """
            SELECT DISTINCT n.nspname FROM unnest(?::text[]) AS t(schema) JOIN pg_namespace n ON n.nspname = t.schema
            WHERE NOT has_schema_privilege(n.oid, 'USAGE') ORDER BY 1""";

    private static final String TABLES = """
            SELECT n.nspname, c.relname
            FROM unnest(?::oid[]) AS t(oid)
            JOIN pg_class c ON c.oid = t.oid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT has_table_privilege(c.oid, 'SELECT')
            ORDER BY 1, 2""";

    private static final String SEQUENCES = """
            SELECT n.nspname, c.relname
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
              AND n.nspname NOT IN ('information_schema', 'replicator')
              AND NOT has_table_privilege(c.oid, 'SELECT')
              AND NOT EXISTS (SELECT FROM pg_depend d
                              WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1, 2""";

    @Override
    public String id() {
        return "source.select";
    }

    @Override
    public Needs needs() {
        return Needs.SOURCE;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        String role = session.role(Side.SOURCE);
        List<Table> read = read(session);
        List<Finding> findings = new ArrayList<>();
        List<String> schemas = Query.rows(session.source(), SCHEMAS, row -> row.getString(1), (Object)
                read.stream().map(table -> table.name().schema()).distinct().toArray(String[]::new));
        if (!schemas.isEmpty()) {
            findings.add(Finding.fail(
                    id(),
                    "role " + role + " may not use " + Names.counted(schemas, "schema"),
                    "GRANT USAGE ON SCHEMA " + Identifiers.quoteAll(schemas) + " TO " + role + ";"));
        }
        Long[] oids =
                read.stream().map(table -> Integer.toUnsignedLong(table.oid())).toArray(Long[]::new);
        addUnreadable(findings, role, "table", "TABLE", names(session, TABLES, (Object) oids));
        addUnreadable(findings, role, "sequence", "SEQUENCE", names(session, SEQUENCES));
        return Names.limited(findings, Finding.pass(id(), "role " + role + " may read everything"));
    }

    /** pg_dump locks every table it writes down, and for that must be able to read it. */
    private static List<Table> read(Session session) {
        return session.copiesSchema() && !session.context().started()
                ? CatalogReader.tables(session.source(), TableFilter.ALL)
                : session.sourceTables();
    }

    private static List<QualifiedName> names(Session session, String sql, Object... parameters) throws SQLException {
        return Query.rows(
                session.source(), sql, row -> new QualifiedName(row.getString(1), row.getString(2)), parameters);
    }

    private void addUnreadable(
            List<Finding> findings, String role, String noun, String keyword, List<QualifiedName> names) {
        if (!names.isEmpty()) {
            findings.add(Finding.fail(
                    id(),
                    "role " + role + " may not read " + Names.counted(names, noun),
                    "GRANT SELECT ON " + keyword + " " + Names.quoted(names) + " TO " + role + ";"));
        }
    }
}
