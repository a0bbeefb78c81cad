package io.replicator.preflight;

import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** There must be room for our sessions beside the application's. */
final class ConnectionLimit implements Check {
    /** Sessions beside those that copy: the stream, snapshots, locks, and the pool of short queries. */
    private static final int BESIDE_JOBS = 6;

    private static final String FREE = """
            SELECT least(
                current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
                    - (SELECT coalesce(sum(numbackends), 0) FROM pg_stat_database),
                (SELECT CASE WHEN datconnlimit < 0 THEN 1000000 ELSE datconnlimit - pg_stat_get_db_numbackends(oid) END
                 FROM pg_database WHERE datname = current_database()),
                (SELECT CASE WHEN rolconnlimit < 0 THEN 1000000 ELSE rolconnlimit
                        - (SELECT count(*) FROM pg_stat_activity WHERE usename = current_user) END
                 FROM pg_roles WHERE rolname = current_user))""";

    private final Side side;

    ConnectionLimit(Side side) {
        this.side = side;
    }

    @Override
    public String id() {
        return side + ".connections";
    }

    @Override
    public Needs needs() {
        return side == Side.SOURCE ? Needs.SOURCE : Needs.TARGET;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        long free = Query.number(session.connection(side), FREE);
        int jobs = side == Side.SOURCE
                ? session.config().copy().jobs()
                : Math.max(
                        session.config().copy().jobs(), session.config().copy().indexJobs());
        int needed = jobs + BESIDE_JOBS;
        if (free >= needed) {
            return List.of(Finding.pass(id(), free + " are free, " + needed + " are needed"));
        }
        return List.of(Finding.fail(
                id(),
                free + " connections are free, " + needed + " are needed",
                free > BESIDE_JOBS
                        ? "copy: { jobs: " + (free - BESIDE_JOBS) + ", index_jobs: " + (free - BESIDE_JOBS) + " }"
                        : "ALTER SYSTEM SET max_connections = "
                                + (Query.number(
                                                session.connection(side),
                                                "SELECT current_setting('max_connections')::int")
                                        + needed)
                                + "; then restart the server; check also the limits of role and database"));
    }
}
