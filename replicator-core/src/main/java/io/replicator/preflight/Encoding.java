package io.replicator.preflight;

import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** Every text of the source must be expressible in the target. */
final class Encoding implements Check {
    private static final String ENCODING = "SELECT current_setting('server_encoding')";

    @Override
    public String id() {
        return "both.encoding";
    }

    @Override
    public Needs needs() {
        return Needs.BOTH;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        String source = Query.text(session.source(), ENCODING);
        String target = Query.text(session.target(), ENCODING);
        if (source.equals(target)) {
            return List.of(Finding.pass(id(), source));
        }
        String observed = "the source is encoded in " + source + ", the target in " + target;
        String fix = "create the target anew: CREATE DATABASE " + session.database(Side.TARGET) + " ENCODING '" + source
                + "' TEMPLATE template0;";
        return List.of(
                target.equals("UTF8") && !source.equals("SQL_ASCII")
                        ? Finding.warn(id(), observed + ": texts are converted", fix)
                        : Finding.fail(id(), observed, fix));
    }
}
