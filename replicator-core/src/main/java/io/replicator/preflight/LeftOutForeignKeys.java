package io.replicator.preflight;

import io.replicator.config.TableFilter;
import io.replicator.postgres.QualifiedName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A foreign key to a table that the filter leaves out cannot hold on the target and is not created there. */
final class LeftOutForeignKeys implements Check {
    private static final String FOREIGN_KEYS = """
            SELECT k.conname, n.nspname, t.relname, rn.nspname, r.relname
            FROM pg_constraint k
            JOIN pg_class t ON t.oid = k.conrelid
            JOIN pg_namespace n ON n.oid = t.relnamespace
            JOIN pg_class r ON r.oid = k.confrelid
            JOIN pg_namespace rn ON rn.oid = r.relnamespace
            WHERE k.contype = 'f' AND coalesce(to_jsonb(k) ->> 'conparentid', '0') = '0'
            ORDER BY 2, 3, 1""";

    @Override
    public String id() {
        return "target.foreign_keys";
    }

    @Override
    public Needs needs() {
        return Needs.SOURCE;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        TableFilter filter = session.config().tables();
        List<Finding> findings = new ArrayList<>();
        Query.rows(session.source(), FOREIGN_KEYS, row -> {
            QualifiedName table = new QualifiedName(row.getString(2), row.getString(3));
            QualifiedName referenced = new QualifiedName(row.getString(4), row.getString(5));
            if (filter.accepts(table) && !filter.accepts(referenced)) {
                findings.add(leftOut(session, row.getString(1), table, referenced));
            }
            return table;
        });
        return Names.limited(findings, Finding.pass(id(), "none points to a table that is left out"));
    }

    private Finding leftOut(Session session, String name, QualifiedName table, QualifiedName referenced) {
        return Finding.warn(
                id(),
                "foreign key " + name + " of " + table + " points to " + referenced + ", which is left out: "
                        + (session.copiesSchema()
                                ? "it will not exist on the target"
                                : "rows without counterpart will be on the target"),
                "take " + referenced + " out of tables.exclude");
    }
}
