package io.replicator.preflight;

import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Rows that are on the target before the copy would stay there or collide with it. */
final class EmptyTables implements Check {
    @Override
    public String id() {
        return "target.tables_empty";
    }

    @Override
    public Needs needs() {
        return Needs.BOTH;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        if (session.copiesSchema() || session.context().started()) {
            return List.of();
        }
        TargetTables.Rows rows = TargetTables.rows(session, TargetTables.byName(session));
        List<Finding> findings = new ArrayList<>();
        if (!rows.filled().isEmpty()) {
            String observed = "rows are in " + Names.counted(rows.filled(), "table");
            findings.add(
                    session.context().config().schema().truncate()
                            ? Finding.warn(
                                    id(),
                                    observed + ", which schema.truncate removes before the copy",
                                    "remove truncate: true to keep them")
                            : Finding.fail(
                                    id(),
                                    observed,
                                    "TRUNCATE " + Names.quoted(rows.filled())
                                            + "; or: schema: { mode: existing, truncate: true }"));
        }
        if (!rows.unknown().isEmpty()) {
            findings.add(Finding.error(
                    id(),
                    "it is unknown whether rows are in " + Names.counted(rows.unknown(), "table"),
                    "GRANT SELECT ON " + Names.quoted(rows.unknown()) + " TO " + session.role(Side.TARGET) + ";"));
        }
        return Names.limited(findings, Finding.pass(id(), "every table is empty"));
    }
}
