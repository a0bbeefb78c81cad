package io.replicator.preflight;

import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** Event triggers can be created by superusers only, or by the provider's. */
final class EventTriggers implements Check {
    private static final String DUMPED = """
            SELECT evtname FROM pg_event_trigger e
            WHERE NOT EXISTS (SELECT FROM pg_depend d
                              WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')
            ORDER BY 1""";

    private static final String MAY_CREATE = """
            SELECT rolsuper
                OR EXISTS (SELECT FROM pg_roles g WHERE g.rolname = 'rds_superuser' AND pg_has_role(g.oid, 'MEMBER'))
            FROM pg_roles WHERE rolname = current_user""";

    @Override
    public String id() {
        return "target.event_triggers";
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
        List<String> triggers = Query.rows(session.source(), DUMPED, row -> row.getString(1));
        if (triggers.isEmpty() || Query.truth(session.target(), MAY_CREATE)) {
            return List.of(Finding.pass(id(), triggers.isEmpty() ? "none" : Names.some(triggers)));
        }
        String role = session.role(Side.TARGET);
        return List.of(Finding.fail(
                id(),
                "role " + role + " may not create " + Names.counted(triggers, "event trigger"),
                "ALTER ROLE " + role + " SUPERUSER;"));
    }
}
