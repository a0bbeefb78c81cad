package io.replicator.preflight;

import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** A migration of nothing is a mistake in the configuration. */
final class TablesFound implements Check {
    @Override
    public String id() {
        return "source.tables";
    }

    @Override
    public Needs needs() {
        return Needs.SOURCE;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        int count = session.sourceTables().size();
        return List.of(
                count > 0
                        ? Finding.pass(id(), count + (count == 1 ? " table" : " tables"))
                        : Finding.fail(
                                id(),
                                "no table of database "
                                        + session.settings(Side.SOURCE).database()
                                        + " matches tables.include and tables.exclude",
                                "tables: { include: [\"*.*\"], exclude: [] }"));
    }
}
