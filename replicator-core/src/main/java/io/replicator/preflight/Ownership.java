package io.replicator.preflight;

import io.replicator.catalog.Table;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Only a table's owner may publish it. */
final class Ownership implements Check {
    private static final String FOREIGN = """
            SELECT r.rolname, n.nspname, c.relname
            FROM unnest(?::text[], ?::text[]) AS t(schema, name)
            JOIN pg_namespace n ON n.nspname = t.schema
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.name
            JOIN pg_roles r ON r.oid = c.relowner
            WHERE NOT pg_has_role(c.relowner, 'USAGE')
            ORDER BY 1, 2, 3""";

    @Override
    public String id() {
        return "source.ownership";
    }

    @Override
    public Needs needs() {
        return Needs.SOURCE;
    }

    @Override
    public boolean concernsCopyOnly() {
        return false;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        SortedMap<String, List<QualifiedName>> byOwner = new TreeMap<>();
        List<QualifiedName> tables = published(session);
        Query.rows(
                        session.source(),
                        FOREIGN,
                        row -> Map.entry(row.getString(1), new QualifiedName(row.getString(2), row.getString(3))),
                        (Object) tables.stream().map(QualifiedName::schema).toArray(String[]::new),
                        (Object) tables.stream().map(QualifiedName::name).toArray(String[]::new))
                .forEach(found -> byOwner.computeIfAbsent(found.getKey(), _ -> new ArrayList<>())
                        .add(found.getValue()));
        String role = session.role(Side.SOURCE);
        List<Finding> findings = new ArrayList<>();
        byOwner.forEach((owner, names) -> findings.add(Finding.fail(
                id(),
                "role " + role + " may not publish what " + owner + " owns, " + Names.counted(names, "table"),
                "GRANT " + Identifiers.quote(owner) + " TO " + role + ";")));
        return Names.limited(findings, Finding.pass(id(), "role " + role + " owns every table"));
    }

    private static List<QualifiedName> published(Session session) {
        List<QualifiedName> names = new ArrayList<>();
        for (Table table : session.sourceTables()) {
            names.add(table.name());
            QualifiedName root = table.root();
            if (root != null && !names.contains(root)) {
                names.add(root);
            }
        }
        return names;
    }
}
