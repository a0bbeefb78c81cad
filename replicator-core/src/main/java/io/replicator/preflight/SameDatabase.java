package io.replicator.preflight;

import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Both ends must not be one database: an advisory lock held on one end and refused on the other proves that they are. */
final class SameDatabase implements Check {
    @Override
    public String id() {
        return "both.same_database";
    }

    @Override
    public Needs needs() {
        return Needs.BOTH;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        long key = ThreadLocalRandom.current().nextLong();
        String lock = "SELECT pg_try_advisory_lock(?)";
        String unlock = "SELECT pg_advisory_unlock(?)";
        boolean held = Query.truth(session.source(), lock, key);
        boolean free = Query.truth(session.target(), lock, key);
        if (free) {
            Query.truth(session.target(), unlock, key);
        }
        if (held) {
            Query.truth(session.source(), unlock, key);
        }
        if (held && free) {
            return List.of(Finding.pass(id(), "two databases"));
        }
        session.foundOneDatabase();
        return List.of(Finding.fail(
                id(),
                "source and target are the same database: " + session.settings(Side.TARGET),
                "set target.url to another database than source.url"));
    }
}
