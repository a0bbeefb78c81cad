package io.replicator.preflight;

import java.sql.SQLException;
import java.util.List;

/** Large objects keep their oids, which no other ones of the target may have. */
final class TargetLargeObjects implements Check {
    private static final String ON_SOURCE = "SELECT oid FROM pg_largeobject_metadata ORDER BY 1";

    private static final String ON_BOTH =
            "SELECT oid FROM pg_largeobject_metadata WHERE oid = ANY (?::oid[]) ORDER BY 1";

    @Override
    public String id() {
        return "target.large_objects";
    }

    @Override
    public Needs needs() {
        return Needs.BOTH;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        if (session.context().started() || !session.config().copy().largeObjects()) {
            return List.of();
        }
        Long[] onSource =
                Query.rows(session.source(), ON_SOURCE, row -> row.getLong(1)).toArray(Long[]::new);
        List<Long> taken = Query.rows(session.target(), ON_BOTH, row -> row.getLong(1), (Object) onSource);
        return List.of(
                taken.isEmpty()
                        ? Finding.pass(id(), "none has an oid of the source's")
                        : Finding.fail(
                                id(),
                                "the target has " + Names.counted(taken, "large object") + " with oids of the source's",
                                "remove them on the target: SELECT lo_unlink(" + taken.getFirst()
                                        + "), …; or set copy.large_objects: false"));
    }
}
