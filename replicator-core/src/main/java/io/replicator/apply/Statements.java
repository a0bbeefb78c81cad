package io.replicator.apply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.postgresql.PGStatement;

/**
 * The prepared statements of one lane, least recently used ones closed first. Not thread-safe.
 *
 * <p>Every execution is planned anew: a plan made while a table was empty scans the given rows once for each row of the
 * table, which has grown meanwhile. From PostgreSQL 12 on the session's {@code plan_cache_mode} sees to that; older
 * servers get the text again each time.
 */
final class Statements {
    /** Of statements that the server keeps; one text may be several. */
    private static final int LIMIT = 1_000;

    private static final int FIRST_WITH_PLAN_CACHE_MODE = 12;

    private final Connection connection;
    private final int prepareThreshold;
    private final Map<String, Prepared> prepared = new LinkedHashMap<>(64, 0.75f, true);
    private int kept;

    Statements(Connection connection, int serverMajor) {
        this.connection = connection;
        this.prepareThreshold = serverMajor >= FIRST_WITH_PLAN_CACHE_MODE ? 1 : 0;
    }

    private record Prepared(PreparedStatement statement, int parts) {}

    PreparedStatement prepare(String sql) throws SQLException {
        return prepare(sql, 1);
    }

    /** @param parts how many statements the text has */
    PreparedStatement prepare(String sql, int parts) throws SQLException {
        Prepared known = prepared.get(sql);
        if (known != null) {
            return known.statement();
        }
        Iterator<Prepared> eldest = prepared.values().iterator();
        while (kept + parts > LIMIT && eldest.hasNext()) {
            Prepared closed = eldest.next();
            eldest.remove();
            kept -= closed.parts();
            closed.statement().close();
        }
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.unwrap(PGStatement.class).setPrepareThreshold(prepareThreshold);
        prepared.put(sql, new Prepared(statement, parts));
        kept += parts;
        return statement;
    }

    /** Forgets all, after a table's structure changed. */
    void clear() throws SQLException {
        for (Prepared known : prepared.values()) {
            known.statement().close();
        }
        prepared.clear();
        kept = 0;
    }
}
