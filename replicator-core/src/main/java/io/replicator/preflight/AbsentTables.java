package io.replicator.preflight;

import io.replicator.catalog.Table;
import io.replicator.postgres.QualifiedName;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Where the schema is copied, its tables must not exist yet. */
final class AbsentTables implements Check {
    @Override
    public String id() {
        return "target.tables_absent";
    }

    @Override
    public Needs needs() {
        return Needs.BOTH;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        if (!session.copiesSchema() || session.context().started()) {
            return List.of();
        }
        Map<QualifiedName, Table> there = TargetTables.byName(session);
        List<QualifiedName> existing = Names.of(session.sourceTables()).stream()
                .filter(there::containsKey)
                .toList();
        if (existing.isEmpty()) {
            return List.of(Finding.pass(id(), "none of the tables exists"));
        }
        List<QualifiedName> filled = TargetTables.rows(session, there).filled();
        String rows = filled.isEmpty() ? "" : "; rows are in " + Names.some(filled);
        return List.of(Finding.fail(
                id(),
                "the target already has " + Names.counted(existing, "table") + rows,
                "schema: existing; or, if nothing of it is needed: DROP TABLE " + Names.quoted(existing) + ";"));
    }
}
