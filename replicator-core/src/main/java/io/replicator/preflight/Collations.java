package io.replicator.preflight;

import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** Another collation sorts, and compares, differently from what the application is used to. */
final class Collations implements Check {
    private static final String BEFORE_15 =
            "SELECT datcollate || ' (libc), ctype ' || datctype FROM pg_database WHERE datname = current_database()";
    private static final String FROM_15 = """
            SELECT coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale', datcollate)
                   || CASE datlocprovider WHEN 'c' THEN ' (libc)' WHEN 'i' THEN ' (icu)' ELSE ' (builtin)' END
                   || ', ctype ' || datctype
            FROM pg_database d WHERE datname = current_database()""";

    @Override
    public String id() {
        return "both.collation";
    }

    @Override
    public Needs needs() {
        return Needs.BOTH;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        String source = collation(session, Side.SOURCE);
        String target = collation(session, Side.TARGET);
        if (source.equals(target)) {
            return List.of(Finding.pass(id(), source));
        }
        return List.of(Finding.warn(
                id(),
                "the source sorts by " + source + ", the target by " + target,
                "create the target with the source's locale, or accept another order of texts"));
    }

    private static String collation(Session session, Side side) throws SQLException {
        return Query.text(session.connection(side), session.version(side).atLeast(15) ? FROM_15 : BEFORE_15);
    }
}
