package io.replicator.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Gives what the target's login created to another role. Sequences of columns and indexes follow their tables; what
 * belongs to an extension or to replicator stays.
 */
final class ObjectOwner {
    static final String TYPE = "OWNER";

    private static final String STATEMENTS = """
            WITH mine AS (
                SELECT oid, nspname FROM pg_namespace
                WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'replicator')),
            member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e')
            SELECT format('ALTER %s %I.%I OWNER TO %I',
                          CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                                         WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, n.nspname, c.relname, $1)
            FROM pg_class c JOIN mine n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relowner = current_user::regrole
              AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_class'::regclass AND objid = c.oid)
              AND NOT EXISTS (SELECT FROM pg_depend d
                              WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND c.relkind = 'S'
                                AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))
            UNION ALL
            SELECT format('ALTER %s %s OWNER TO %I',
                          CASE WHEN EXISTS (SELECT FROM pg_aggregate a WHERE a.aggfnoid = p.oid) THEN 'AGGREGATE'
                               WHEN to_jsonb(p) ->> 'prokind' = 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
                          p.oid::regprocedure, $1)
            FROM pg_proc p JOIN mine n ON n.oid = p.pronamespace
            WHERE p.proowner = current_user::regrole
              AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_proc'::regclass AND objid = p.oid)
            UNION ALL
            SELECT format('ALTER TYPE %I.%I OWNER TO %I', n.nspname, t.typname, $1)
            FROM pg_type t JOIN mine n ON n.oid = t.typnamespace
            WHERE t.typowner = current_user::regrole AND t.typtype IN ('c', 'd', 'e', 'r', 'b') AND t.typelem = 0
              AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
              AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_type'::regclass AND objid = t.oid)
            UNION ALL
            SELECT format('ALTER SCHEMA %I OWNER TO %I', n.nspname, $1)
            FROM mine n JOIN pg_namespace s ON s.oid = n.oid
            WHERE s.nspowner = current_user::regrole
              AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_namespace'::regclass AND objid = n.oid)""";

    /** A role can own only what lies in schemas in which it may create. */
    private static final Comparator<String> SCHEMAS_FIRST =
            Comparator.comparing(statement -> !statement.startsWith("ALTER SCHEMA"));

    private ObjectOwner() {}

    /** The entry for the end; what it gives away is known only then. */
    static SchemaEntry entry(String owner) {
        return new SchemaEntry(0, Stage.REMAINDER, TYPE, owner, "", List.of(), 0);
    }

    /** Runs in the caller's transaction; may be repeated. */
    static void give(Connection target, String owner) throws SQLException {
        List<String> statements = new ArrayList<>();
        try (PreparedStatement statement = target.prepareStatement(STATEMENTS.replace("$1", "?"))) {
            for (int parameter = 1; parameter <= 4; parameter++) {
                statement.setString(parameter, owner);
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    statements.add(row.getString(1));
                }
            }
        }
        statements.sort(SCHEMAS_FIRST);
        try (Statement statement = target.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }
}
