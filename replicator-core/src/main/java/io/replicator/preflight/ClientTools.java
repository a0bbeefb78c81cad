package io.replicator.preflight;

import io.replicator.postgres.PostgresTools;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Copying the schema needs pg_dump and pg_restore, and pg_dump refuses servers newer than itself. */
final class ClientTools implements Check {
    @Override
    public String id() {
        return "tools.pg_dump";
    }

    @Override
    public Needs needs() {
        return Needs.NOTHING;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        if (!session.copiesSchema() || session.context().started()) {
            return List.of();
        }
        String pgBin = session.config().pgBin();
        Optional<PostgresTools> tools = PostgresTools.find(pgBin);
        int needed = session.has(Needs.SOURCE) ? session.version(Side.SOURCE).major() : 0;
        String install = "apt-get install postgresql-client" + (needed == 0 ? "" : "-" + needed)
                + " (or pg_bin: <its directory>, or schema: existing)";
        if (tools.isEmpty()) {
            return List.of(Finding.fail(
                    id(),
                    pgBin == null
                            ? "pg_dump and pg_restore were not found"
                            : "there is no pg_dump and pg_restore in " + pgBin,
                    install));
        }
        String observed =
                "pg_dump " + tools.get().version() + " in " + tools.get().directory();
        return List.of(
                tools.get().major() < needed
                        ? Finding.fail(id(), observed + " is older than the source's PostgreSQL " + needed, install)
                        : Finding.pass(id(), observed));
    }
}
