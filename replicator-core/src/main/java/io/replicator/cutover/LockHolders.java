package io.replicator.cutover;

import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Who holds locks on tables of the source, sessions as well as prepared transactions (pg_locks in PostgreSQL's manual). */
final class LockHolders {
    private static final String LOCKS = """
            FROM pg_locks l
            JOIN pg_class c ON c.oid = l.relation
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN unnest(?::text[], ?::text[]) AS t (schema_name, table_name)
              ON n.nspname = t.schema_name AND c.relname = t.table_name
            LEFT JOIN pg_stat_activity a ON a.pid = l.pid
            LEFT JOIN pg_locks x ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
              AND x.virtualtransaction = l.virtualtransaction
            LEFT JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
            WHERE l.locktype = 'relation' AND l.granted AND l.pid IS DISTINCT FROM pg_backend_pid()
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND l.mode = ANY (?)""";

    /** Three of them: a single transaction may have written thousands of tables. */
    private static final String HOLDERS =
            """
            SELECT coalesce(string_agg(format('%s on %s%s', who, first_table,
                       CASE WHEN number > 1 THEN format(' and %s other tables', number - 1) ELSE '' END), '; '), '')
            FROM (SELECT who, min(name) AS first_table, count(DISTINCT name) AS number
                  FROM (SELECT CASE WHEN l.pid IS NULL THEN format('prepared transaction %L', p.gid)
                                    WHEN a.usesysid IS NULL THEN format('pid %s, an autovacuum', l.pid)
                                    ELSE format('pid %s of role %s, application_name %L',
                                                l.pid, a.usename, a.application_name) END AS who,
                               format('%I.%I', n.nspname, c.relname) AS name
            """ + LOCKS + ") AS held GROUP BY who ORDER BY count(DISTINCT name) DESC, who LIMIT 3) AS holders";

    private static final String TABLES = "SELECT DISTINCT n.nspname, c.relname " + LOCKS + " ORDER BY 1, 2";

    private static final String[] VACUUM = {"ShareUpdateExclusiveLock"};

    private static final String[] WRITERS = {
        "RowExclusiveLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"
    };

    private static final String[] CONFLICTING = {
        "RowExclusiveLock",
        "ShareUpdateExclusiveLock",
        "ShareLock",
        "ShareRowExclusiveLock",
        "ExclusiveLock",
        "AccessExclusiveLock"
    };

    private LockHolders() {}

    /** Those who may write to the tables, in words; empty when there are none. */
    static String writers(Connection source, List<QualifiedName> tables) throws SQLException {
        return holders(source, tables, WRITERS);
    }

    /** Those who hold what conflicts with SHARE ROW EXCLUSIVE. */
    static String conflicting(Connection source, List<QualifiedName> tables) throws SQLException {
        return holders(source, tables, CONFLICTING);
    }

    /** The tables that a vacuum, or what takes the same lock, works on. */
    static List<QualifiedName> vacuumed(Connection source, List<QualifiedName> tables) throws SQLException {
        List<QualifiedName> vacuumed = new ArrayList<>();
        try (PreparedStatement statement = query(source, TABLES, tables, VACUUM);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                vacuumed.add(new QualifiedName(row.getString(1), row.getString(2)));
            }
        }
        return vacuumed;
    }

    private static String holders(Connection source, List<QualifiedName> tables, String[] modes) throws SQLException {
        try (PreparedStatement statement = query(source, HOLDERS, tables, modes);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getString(1);
        }
    }

    private static PreparedStatement query(Connection source, String sql, List<QualifiedName> tables, String[] modes)
            throws SQLException {
        PreparedStatement statement = source.prepareStatement(sql);
        Object[] schemas = tables.stream().map(QualifiedName::schema).toArray();
        Object[] names = tables.stream().map(QualifiedName::name).toArray();
        statement.setArray(1, source.createArrayOf("text", schemas));
        statement.setArray(2, source.createArrayOf("text", names));
        statement.setArray(3, source.createArrayOf("text", modes));
        return statement;
    }
}
