package io.replicator.preflight;

import io.replicator.catalog.Table;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Row-level security that applies to our role would hide rows; our sessions get an error from it instead. */
final class RowSecurity implements Check {
    private static final String ACTIVE =
            "SELECT t.oid FROM unnest(?::oid[]) AS t(oid) WHERE row_security_active(t.oid)";

    @Override
    public String id() {
        return "source.row_security";
    }

    @Override
    public Needs needs() {
        return Needs.SOURCE;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        Long[] oids = session.sourceTables().stream()
                .map(table -> Integer.toUnsignedLong(table.oid()))
                .toArray(Long[]::new);
        Set<Integer> active =
                new HashSet<>(Query.rows(session.source(), ACTIVE, row -> (int) row.getLong(1), (Object) oids));
        List<Table> hidden = session.sourceTables().stream()
                .filter(table -> active.contains(table.oid()))
                .toList();
        if (hidden.isEmpty()) {
            return List.of(Finding.pass(id(), "hides no row"));
        }
        String role = session.role(Side.SOURCE);
        return List.of(Finding.fail(
                id(),
                "row-level security applies to role " + role + " on " + Names.counted(Names.of(hidden), "table"),
                "ALTER ROLE " + role + " BYPASSRLS;"));
    }
}
