package io.replicator.catalog;

/** The objects whose privileges count, under names that are the same on both ends whatever the search path. */
final class GrantedObjects {
    /**
     * Defines {@code object (kind, name, oid, owner, acl, standard)}, to follow {@code WITH}; {@code standard} is what
     * everybody may do with a new object.
     */
    static final String SQL = """
            mine AS (
                SELECT oid, nspname, nspowner, nspacl FROM pg_namespace
                WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'replicator')),
            member AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
            object AS (
                SELECT 'SCHEMA' AS kind, format('%I', nspname) AS name, oid, nspowner AS owner, nspacl AS acl,
                       CASE WHEN nspname <> 'public' THEN '{}'
                            WHEN current_setting('server_version_num')::int < 150000 THEN '{CREATE,USAGE}'
                            ELSE '{USAGE}' END::text[] AS standard
                FROM mine
                WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_namespace'::regclass AND objid = mine.oid)
                UNION ALL
                SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, format('%I.%I', n.nspname, c.relname),
                       c.oid, c.relowner, c.relacl, '{}'
                FROM pg_class c JOIN mine n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
                  AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_class'::regclass AND objid = c.oid)
                UNION ALL
                SELECT CASE to_jsonb(p) ->> 'prokind' WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
                       format('%I.%I(%s)', n.nspname, p.proname,
                              (SELECT string_agg(format('%I.%I', s.nspname, t.typname), ', ' ORDER BY a.place)
                               FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, place)
                               JOIN pg_type t ON t.oid = a.type JOIN pg_namespace s ON s.oid = t.typnamespace)),
                       p.oid, p.proowner, p.proacl, '{EXECUTE}'
                FROM pg_proc p JOIN mine n ON n.oid = p.pronamespace
                WHERE NOT EXISTS (SELECT FROM member WHERE classid = 'pg_proc'::regclass AND objid = p.oid)
                UNION ALL
                SELECT 'TYPE', format('%I.%I', n.nspname, t.typname), t.oid, t.typowner, t.typacl, '{USAGE}'
                FROM pg_type t JOIN mine n ON n.oid = t.typnamespace
                WHERE t.typtype IN ('c', 'd', 'e', 'r', 'b') AND t.typelem = 0
                  AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c'))
                  AND NOT EXISTS (SELECT FROM member WHERE classid = 'pg_type'::regclass AND objid = t.oid))""";

    private GrantedObjects() {}
}
