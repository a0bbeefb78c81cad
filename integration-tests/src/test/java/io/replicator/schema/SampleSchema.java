package io.replicator.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;

/** A schema with objects of every kind, and what the catalogs of both sides tell of it. */
final class SampleSchema {
    static final String[] SCHEMA = {
        "CREATE SCHEMA app",
        "CREATE EXTENSION citext",
        "CREATE TYPE app.mood AS ENUM ('sad', 'ok')",
        "CREATE DOMAIN app.positive AS int CHECK (value > 0)",
        """
        CREATE FUNCTION app.plus_one(x int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $body$
        BEGIN
        --
        -- Name: fake; Type: TABLE; Schema: app; Owner: -
        --
            RETURN x + 1;
        END $body$""",
        "COMMENT ON FUNCTION app.plus_one(int) IS E'it''s \\\\ \\n-- Name: fake; Type: INDEX; Schema: app; Owner: -\\n'",
        "CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$",
        "CREATE TABLE app.customer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email public.citext UNIQUE,"
                + " mood app.mood DEFAULT 'ok', rank app.positive)",
        "CREATE TABLE app.\"Odd; Type: TABLE\" (id serial PRIMARY KEY, \"a\"\"b\" text DEFAULT 'x;''y')",
        "CREATE TABLE app.session (id int PRIMARY KEY)",
        "CREATE TABLE app.orders (id bigserial PRIMARY KEY, customer_id bigint REFERENCES app.customer ON DELETE CASCADE,"
                + " session_id int CONSTRAINT in_session REFERENCES app.session, at timestamptz DEFAULT now(),"
                + " CHECK (id > 0))",
        "CREATE INDEX ON app.orders (at)",
        "CREATE INDEX ON app.orders (app.plus_one(session_id))",
        "CREATE TABLE app.event (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
        "CREATE TABLE app.event_1 PARTITION OF app.event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
        "CREATE TABLE app.event_2 PARTITION OF app.event FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')",
        "CREATE INDEX event_at ON app.event (at)",
        "CREATE TABLE app.note (id int PRIMARY KEY, event_id int, at date,"
                + " FOREIGN KEY (event_id, at) REFERENCES app.event)",
        "CREATE TABLE app.booking (during tsrange, EXCLUDE USING gist (during WITH &&))",
        "CREATE TABLE app.by_index (a int NOT NULL CONSTRAINT by_a UNIQUE)",
        "ALTER TABLE app.by_index REPLICA IDENTITY USING INDEX by_a",
        "CREATE VIEW app.totals AS SELECT c.id, c.mood, count(*) FROM app.customer c JOIN app.orders o"
                + " ON o.customer_id = c.id GROUP BY c.id",
        "CREATE MATERIALIZED VIEW app.kept_totals AS SELECT c.id, c.mood, count(*) FROM app.customer c"
                + " JOIN app.orders o ON o.customer_id = c.id GROUP BY c.id",
        "CREATE UNIQUE INDEX ON app.kept_totals (id)",
        "CREATE TRIGGER touch BEFORE INSERT ON app.orders FOR EACH ROW EXECUTE PROCEDURE app.touch()",
        "ALTER TABLE app.orders ENABLE ALWAYS TRIGGER touch",
        "ALTER TABLE app.customer ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY everybody ON app.customer USING (true)",
        "CREATE RULE keep AS ON DELETE TO app.session DO INSTEAD NOTHING",
        "CREATE STATISTICS app.together ON id, customer_id FROM app.orders",
        "CREATE PUBLICATION elsewhere FOR TABLE app.orders"
    };

    static final String ROWS = "INSERT INTO app.customer (id, email) OVERRIDING SYSTEM VALUE"
            + " SELECT g, 'e' || g FROM generate_series(1, 1000) g";

    private static final String SEPARATOR = "\u0001";

    /** Everything of the test's schemas that a catalog can tell, one line per object. */
    private static final String OBJECTS = """
            SELECT string_agg(line, E'\\x01' ORDER BY line) FROM (
                SELECT format('%s %s.%s', c.relkind, n.nspname, c.relname) || coalesce(' ' || pg_get_viewdef(v.oid), '')
                       || CASE WHEN c.relrowsecurity THEN ' secured' ELSE '' END || ' ' || c.relreplident::text AS line
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_class v ON v.oid = c.oid AND v.relkind IN ('v', 'm')
                WHERE n.nspname IN ('app', 'public') AND c.relkind <> 'i'
              UNION ALL
                SELECT format('column %s.%s %s %s %s %s', a.attrelid::regclass, a.attname,
                              format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                              pg_get_expr(d.adbin, d.adrelid))
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE n.nspname = 'app' AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
              UNION ALL
                SELECT pg_get_indexdef(i.indexrelid) || ' valid: ' || i.indisvalid
                FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'app'
              UNION ALL
                SELECT format('%s on %s: %s', k.conname, k.conrelid::regclass, pg_get_constraintdef(k.oid))
                FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
                WHERE n.nspname = 'app' AND k.contype NOT IN ('n', 't')
                  AND k.conparentid = 0
              UNION ALL
                SELECT pg_get_triggerdef(g.oid) || ' ' || g.tgenabled::text
                FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'app' AND NOT g.tgisinternal
              UNION ALL
                SELECT format('%s.%s: %s', n.nspname, p.proname, pg_get_functiondef(p.oid))
                FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'app'
              UNION ALL
                SELECT format('type %s.%s %s', n.nspname, t.typname, t.typtype)
                FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = 'app' AND t.typtype <> 'c'
              UNION ALL
                SELECT format('policy %s on %s', polname, polrelid::regclass) FROM pg_policy
              UNION ALL
                SELECT 'extension ' || extname FROM pg_extension
              UNION ALL
                SELECT format('comment %s', description) FROM pg_description d
                WHERE d.objoid IN (SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                                   WHERE n.nspname = 'app')) AS objects""";

    private SampleSchema() {}

    static long indexes(TestDatabase target) throws SQLException {
        return target.number("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'app'");
    }

    /** Compares what both catalogs tell and names the objects that differ. */
    static void assertSame(SchemaCopy copy) throws SQLException {
        List<String> onSource = objects(copy.source());
        List<String> onTarget = objects(copy.target());
        assertThat(onTarget.stream().filter(line -> !onSource.contains(line)))
                .as("on the target only")
                .isEmpty();
        assertThat(onSource.stream().filter(line -> !onTarget.contains(line)))
                .as("on the source only")
                .isEmpty();
    }

    private static List<String> objects(TestDatabase database) throws SQLException {
        String lines = Objects.requireNonNull(database.text(OBJECTS));
        return List.of(lines.split(SEPARATOR, -1));
    }
}
