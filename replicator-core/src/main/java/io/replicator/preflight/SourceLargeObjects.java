package io.replicator.preflight;

import io.replicator.catalog.LargeObjects;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** Large objects are no tables: neither logical decoding nor triggers see them, and each has privileges of its own. */
final class SourceLargeObjects implements Check {
    @Override
    public String id() {
        return "source.large_objects";
    }

    @Override
    public Needs needs() {
        return Needs.SOURCE;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        long count = LargeObjects.count(session.source());
        if (count == 0) {
            return List.of(Finding.pass(id(), "none"));
        }
        String counted = count + (count == 1 ? " large object" : " large objects");
        String orphans = "vacuumlo " + session.settings(Side.SOURCE).database();
        if (!session.config().copy().largeObjects()) {
            return List.of(Finding.warn(
                    id(),
                    counted + " will not be on the target",
                    "set copy.large_objects: true; or move them yourself at the switch (psql: \\lo_export, \\lo_import),"
                            + " or remove orphans first: " + orphans));
        }
        List<Long> unreadable = LargeObjects.unreadable(session.source());
        if (!unreadable.isEmpty()) {
            String role = session.role(Side.SOURCE);
            return List.of(Finding.fail(
                    id(),
                    "role " + role + " may not read " + Names.counted(unreadable, "large object"),
                    "GRANT SELECT ON LARGE OBJECT " + LargeObjects.some(unreadable) + " TO " + role
                            + "; or set copy.large_objects: false"));
        }
        return List.of(
                session.context().copyOnly()
                        ? Finding.pass(id(), counted)
                        : Finding.warn(
                                id(),
                                counted + ": copied with the load and again at the cutover, not followed in between",
                                "nothing to do; orphans cost time behind the fence, remove them: " + orphans));
    }
}
