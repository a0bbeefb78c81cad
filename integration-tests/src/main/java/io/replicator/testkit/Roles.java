package io.replicator.testkit;

import io.replicator.postgres.Identifiers;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/** Roles with the rights that hosted services give. All of them log in without a password. */
public final class Roles {
    private static final int SET_GRANTABLE_SINCE = 15;
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private Roles() {}

    /**
     * The one role of a Heroku database: owns the database and everything in it, may signal its backends, but is no
     * superuser and may neither replicate nor create roles nor set {@code session_replication_role}.
     */
    public static TestDatabase heroku(TestDatabase database) throws SQLException {
        TestDatabase owner = owner(database, "heroku", "");
        database.execute("GRANT pg_signal_backend TO " + Identifiers.quote(owner.user()));
        return owner;
    }

    /**
     * A role like an RDS master user: owns the database, may create roles and databases, replicate (as members of
     * {@code rds_replication} may) and set {@code session_replication_role}.
     *
     * <p>Before PostgreSQL 15 that last right cannot be granted: the role's sessions then begin with
     * {@code session_replication_role = replica}, set for the role by the superuser, and an explicit SET is refused. RDS
     * itself permits the SET on every major.
     */
    public static TestDatabase rds(TestDatabase database) throws SQLException {
        TestDatabase owner = owner(database, "rds", "CREATEROLE CREATEDB REPLICATION");
        String role = Identifiers.quote(owner.user());
        database.execute(
                "GRANT pg_signal_backend TO " + role,
                database.server().major() >= SET_GRANTABLE_SINCE
                        ? "GRANT SET ON PARAMETER session_replication_role TO " + role
                        : "ALTER ROLE " + role + " SET session_replication_role = replica");
        return owner;
    }

    /** A role that owns the database and nothing else; may not set {@code session_replication_role}. */
    public static TestDatabase plain(TestDatabase database) throws SQLException {
        return owner(database, "plain", "");
    }

    private static TestDatabase owner(TestDatabase database, String kind, String attributes) throws SQLException {
        String name = kind + "_" + database.name() + "_" + COUNTER.incrementAndGet();
        String role = Identifiers.quote(name);
        database.execute(
                "CREATE ROLE " + role + " LOGIN " + attributes,
                "ALTER DATABASE " + Identifiers.quote(database.name()) + " OWNER TO " + role,
                takeOver(role));
        return database.as(name);
    }

    /** Makes the role own everything of the user's in the database. Sequences of columns follow their tables. */
    private static String takeOver(String role) {
        return """
            DO $$
            DECLARE
                statement text;
            BEGIN
                FOR statement IN
                    SELECT format('ALTER SCHEMA %%I OWNER TO %1$s', nspname)
                    FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
                    UNION ALL
                    SELECT format('ALTER TABLE %%s OWNER TO %1$s', c.oid::regclass)
                    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace
                    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
                        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND classid = 'pg_class'::regclass
                                        AND refclassid = 'pg_class'::regclass AND relkind = 'S' AND deptype IN ('a', 'i'))
                    UNION ALL
                    SELECT format('ALTER FUNCTION %%s OWNER TO %1$s', p.oid::regprocedure)
                    FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
                    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
                    UNION ALL
                    SELECT format('ALTER TYPE %%s OWNER TO %1$s', t.oid::regtype)
                    FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = typnamespace
                    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND typtype IN ('e', 'd', 'r')
                LOOP
                    EXECUTE statement;
                END LOOP;
            END $$\
            """.formatted(role);
    }
}
