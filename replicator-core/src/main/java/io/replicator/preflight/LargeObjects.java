package io.replicator.preflight;

import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** Large objects are no tables, and logical decoding does not see them. */
final class LargeObjects implements Check {
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
        long count = Query.number(session.source(), "SELECT count(*) FROM pg_largeobject_metadata");
        return List.of(
                count == 0
                        ? Finding.pass(id(), "none")
                        : Finding.warn(
                                id(),
                                count + (count == 1 ? " large object" : " large objects")
                                        + " will not be on the target",
                                "move them yourself at the switch (psql: \\lo_export, \\lo_import), or remove orphans"
                                        + " first: vacuumlo "
                                        + session.settings(Side.SOURCE).database()));
    }
}
