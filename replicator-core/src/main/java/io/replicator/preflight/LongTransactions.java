package io.replicator.preflight;

import io.replicator.postgres.Identifiers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A slot is not created before every writing transaction that runs at that moment has ended. */
final class LongTransactions implements Check {
    private static final String RUNNING = """
            SELECT pid, coalesce(usename, '?'), coalesce(datname, '?'),
                   date_trunc('second', clock_timestamp() - xact_start)::text
            FROM pg_stat_activity
            WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
              AND xact_start < clock_timestamp() - interval '30 seconds'
            ORDER BY xact_start""";

    private static final String PREPARED = """
            SELECT gid, database, date_trunc('second', clock_timestamp() - prepared)::text
            FROM pg_prepared_xacts ORDER BY prepared""";

    @Override
    public String id() {
        return "source.transactions";
    }

    @Override
    public Needs needs() {
        return Needs.SOURCE;
    }

    @Override
    public boolean concernsCopyOnly() {
        return false;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        List<Finding> findings = new ArrayList<>(Query.rows(
                session.source(),
                RUNNING,
                row -> Finding.warn(
                        id(),
                        "process " + row.getInt(1) + " of " + row.getString(2) + " in database " + row.getString(3)
                                + " has been writing for " + row.getString(4) + " and will delay the start",
                        "SELECT pg_terminate_backend(" + row.getInt(1) + ");")));
        findings.addAll(Query.rows(
                session.source(),
                PREPARED,
                row -> Finding.warn(
                        id(),
                        "transaction " + Identifiers.literal(row.getString(1)) + " of database " + row.getString(2)
                                + " has been prepared for " + row.getString(3) + " and will delay the start",
                        "COMMIT PREPARED " + Identifiers.literal(row.getString(1)) + "; or ROLLBACK PREPARED "
                                + Identifiers.literal(row.getString(1)) + ";")));
        return Names.limited(findings, Finding.pass(id(), "no long transaction"));
    }
}
