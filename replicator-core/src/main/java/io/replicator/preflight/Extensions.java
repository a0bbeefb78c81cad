package io.replicator.preflight;

import io.replicator.postgres.Identifiers;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The source's extensions must be available to the target. */
final class Extensions implements Check {
    @Override
    public String id() {
        return "target.extensions";
    }

    @Override
    public Needs needs() {
        return Needs.BOTH;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        List<String> used = names(session, Side.SOURCE, "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql'");
        Set<String> available = new HashSet<>(names(session, Side.TARGET, "SELECT name FROM pg_available_extensions"));
        Set<String> installed = new HashSet<>(names(session, Side.TARGET, "SELECT extname FROM pg_extension"));
        List<Finding> findings = new ArrayList<>();
        for (String extension : used) {
            if (installed.contains(extension)) {
                continue;
            }
            if (session.copiesSchema() && !available.contains(extension)) {
                findings.add(Finding.fail(
                        id(),
                        "extension " + extension + " is not available on the target",
                        "install its package on the target's host, or on the source: DROP EXTENSION "
                                + Identifiers.quote(extension) + ";"));
            } else if (!session.copiesSchema()) {
                findings.add(Finding.warn(
                        id(),
                        "extension " + extension + " is not installed on the target",
                        "CREATE EXTENSION " + Identifiers.quote(extension) + ";"));
            }
        }
        return Names.limited(findings, Finding.pass(id(), used.isEmpty() ? "none needed" : Names.some(used)));
    }

    private static List<String> names(Session session, Side side, String sql) throws SQLException {
        return Query.rows(session.connection(side), sql + " ORDER BY 1", row -> row.getString(1));
    }
}
