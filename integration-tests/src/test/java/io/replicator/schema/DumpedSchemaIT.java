package io.replicator.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.replicator.config.SchemaConfig;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import io.replicator.testkit.Await;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Roles;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DumpedSchemaIT {
    private static final String SEPARATOR = "\u0001";
    private static final Duration LIMIT = Duration.ofSeconds(60);

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

    private static final String[] SCHEMA = {
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

    private static final String ROWS = "INSERT INTO app.customer (id, email) OVERRIDING SYSTEM VALUE"
            + " SELECT g, 'e' || g FROM generate_series(1, 1000) g";

    @ParameterizedTest
    @CsvSource({"13, 17", "15, 18", "15, 15"})
    void copiesEveryDefinition(int sourceMajor, int targetMajor) throws SQLException {
        try (SchemaCopy copy = SchemaCopy.between(sourceMajor, targetMajor)) {
            copy.source().execute(SCHEMA);
            if (sourceMajor >= 14) {
                copy.source()
                        .execute("CREATE FUNCTION app.atomic(x int) RETURNS bigint LANGUAGE sql BEGIN ATOMIC"
                                + " SELECT count(*) FROM app.orders WHERE id > x; SELECT 5; END");
            }

            copy.loader().preData();
            assertThat(indexes(copy.target())).isZero();
            copy.target().execute(ROWS);
            copy.loader().postData();

            assertSame(copy);
            assertThat(copy.target().number("SELECT count(*) FROM pg_publication"))
                    .isZero();
        }
    }

    @Test
    void repeatsNothingThatIsDone() throws SQLException {
        try (SchemaCopy copy = SchemaCopy.between(15, 17)) {
            copy.source().execute(SCHEMA);
            copy.loader().preData();
            copy.source().execute("CREATE TABLE app.later (id int)");
            copy.loader().preData();
            copy.loader().postData();
            String done = done(copy.target());
            copy.loader().postData();

            assertThat(done(copy.target())).isEqualTo(done);
            assertThat(copy.target().text("SELECT to_regclass('app.later')")).isNull();
        }
    }

    @Test
    void failedPreDataLeavesNothingAndNamesTheObject() throws SQLException {
        try (SchemaCopy copy = SchemaCopy.between(15, 17)) {
            copy.source().execute(SCHEMA);
            copy.target().execute("CREATE SCHEMA app", "CREATE TABLE app.orders (id int)");

            assertThatThrownBy(() -> copy.loader().preData())
                    .asInstanceOf(type(ReplicatorException.class))
                    .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.SCHEMA_FAILED))
                    .extracting(Throwable::getMessage)
                    .asString()
                    .contains("TABLE app.orders", "already exists");
            assertThat(copy.target().text("SELECT to_regclass('app.customer')")).isNull();

            copy.target().execute("DROP TABLE app.orders");
            copy.loader().preData();
            assertThat(copy.target().text("SELECT to_regclass('app.customer')")).isNotNull();
        }
    }

    @Test
    void failedPostDataNamesEveryObjectAndGoesOnOnceMended() throws SQLException {
        try (SchemaCopy copy = SchemaCopy.between(15, 17)) {
            copy.source().execute(SCHEMA);
            copy.loader().preData();
            copy.target()
                    .execute(
                            ROWS,
                            "INSERT INTO app.customer (id, email) OVERRIDING SYSTEM VALUE VALUES (5, 'e7')",
                            "INSERT INTO app.session VALUES (1), (1)");

            assertThatThrownBy(() -> copy.loader().postData())
                    .isInstanceOf(ReplicatorException.class)
                    .hasMessageContainingAll(
                            "CONSTRAINT app.customer customer_pkey",
                            "CONSTRAINT app.customer customer_email_key",
                            "CONSTRAINT app.session session_pkey");
            assertThat(copy.target().text("SELECT to_regclass('app.orders_at_idx')"))
                    .isNotNull();

            copy.target().execute("DELETE FROM app.customer WHERE id = 5 AND email = 'e7'", "TRUNCATE app.session");
            copy.loader().postData();
            assertSame(copy);
        }
    }

    @Test
    void goesOnAfterAKillWhileTheDeadDaemonsStatementStillRuns() throws Exception {
        try (SchemaCopy copy = SchemaCopy.between(15, 17)) {
            copy.source().execute(SCHEMA);
            copy.loader().preData();
            copy.target().execute(ROWS);
            CompletableFuture<@Nullable Void> second;
            try (Connection blocker = copy.target().connection()) {
                lock(blocker);
                Process first = RestoringProgram.start(copy.source(), copy.target());
                awaitBlocked(copy.target(), 1);
                assertThat(indexes(copy.target())).isPositive();
                first.destroyForcibly();
                assertThat(first.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();

                second = CompletableFuture.runAsync(() -> copy.loader().postData());
                awaitBlocked(copy.target(), 2);
                blocker.rollback();
            }

            second.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertSame(copy);
            assertThat(pending(copy.target())).isZero();
        }
    }

    @Test
    void goesOnWhenItsSessionsAreEnded() throws Exception {
        try (SchemaCopy copy = SchemaCopy.between(15, 17)) {
            copy.source().execute(SCHEMA);
            copy.loader().preData();
            copy.target().execute(ROWS);
            try (Connection blocker = copy.target().connection()) {
                lock(blocker);
                CompletableFuture<@Nullable Void> first =
                        CompletableFuture.runAsync(() -> copy.loader().postData());
                awaitBlocked(copy.target(), 1);
                copy.target()
                        .text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND application_name = 'replicator schema'");
                blocker.rollback();
                assertThat(first).succeedsWithin(LIMIT);
            }

            assertSame(copy);
        }
    }

    @Test
    void interruptCancelsWhatIsBeingBuilt() throws Exception {
        try (SchemaCopy copy = SchemaCopy.between(15, 17)) {
            copy.source().execute(SCHEMA);
            copy.loader().preData();
            CompletableFuture<Throwable> outcome = new CompletableFuture<>();
            try (Connection blocker = copy.target().connection()) {
                lock(blocker);
                Thread daemon = Thread.ofPlatform().start(() -> {
                    try {
                        copy.loader().postData();
                        outcome.complete(new AssertionError("it ended"));
                    } catch (ReplicatorException e) {
                        outcome.complete(e);
                    }
                });
                awaitBlocked(copy.target(), 1);
                daemon.interrupt();

                assertThat(outcome.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .asInstanceOf(type(ReplicatorException.class))
                        .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INTERRUPTED));
                blocker.rollback();
            }
        }
    }

    @Test
    void leavesOutForeignKeysToExcludedTablesAndTriggersOfOurs() throws SQLException {
        try (SchemaCopy copy = SchemaCopy.between(15, 17, "app.session")) {
            copy.source().execute(SCHEMA);
            copy.source()
                    .execute(
                            "CREATE SCHEMA replicator",
                            "CREATE FUNCTION replicator.note() RETURNS trigger LANGUAGE plpgsql"
                                    + " AS $$ BEGIN RETURN NULL; END $$",
                            "CREATE TRIGGER note AFTER INSERT ON app.orders EXECUTE PROCEDURE replicator.note()");

            copy.loader().preData();
            copy.loader().postData();

            assertThat(copy.target().text("SELECT to_regclass('app.session')")).isNotNull();
            assertThat(copy.target()
                            .text("SELECT string_agg(conname, ', ' ORDER BY conname) FROM pg_constraint"
                                    + " WHERE contype = 'f' AND conrelid = 'app.orders'::regclass"))
                    .isEqualTo("orders_customer_id_fkey");
            assertThat(copy.target()
                            .text("SELECT string_agg(tgname, ', ') FROM pg_trigger"
                                    + " WHERE tgrelid = 'app.orders'::regclass AND NOT tgisinternal"))
                    .isEqualTo("touch");
        }
    }

    @Test
    void carriesSettingsOverAndGoesWithoutWhatTheProviderRefuses() throws SQLException {
        try (SchemaCopy copy = SchemaCopy.between(15, 17)) {
            String database = "\"" + copy.source().name() + "\"";
            String unknown = "unknown_to_target_" + copy.source().name();
            copy.source()
                    .execute(
                            "CREATE SCHEMA heroku_ext",
                            "CREATE EXTENSION citext SCHEMA heroku_ext",
                            "CREATE TABLE t (id int PRIMARY KEY, email heroku_ext.citext)",
                            "ALTER DATABASE " + database + " SET search_path TO \"$user\", public, heroku_ext",
                            "ALTER DATABASE " + database + " SET TimeZone TO 'Europe/Paris'",
                            "ALTER DATABASE " + database + " SET app.tenant TO 'it''s'",
                            "ALTER DATABASE " + database + " SET log_min_duration_statement TO 100",
                            "ALTER DATABASE " + database + " SET default_transaction_read_only TO on",
                            "SET default_transaction_read_only = off",
                            "CREATE ROLE " + unknown,
                            "ALTER ROLE " + unknown + " IN DATABASE " + database + " SET work_mem TO '7MB'",
                            "ALTER ROLE postgres IN DATABASE " + database + " SET statement_timeout TO '7s'");
            TestDatabase provided = Roles.rds(copy.target());
            copy.target()
                    .execute(
                            "CREATE SCHEMA heroku_ext",
                            "CREATE EXTENSION citext SCHEMA heroku_ext",
                            "GRANT USAGE ON SCHEMA heroku_ext TO " + provided.user());
            try (Database target = Endpoints.database(Side.TARGET, provided.url())) {
                DumpedSchema loader = new DumpedSchema(
                        Endpoints.migration(copy.source().url(), provided.url(), SchemaConfig.Mode.COPY),
                        copy.sourceEnd(),
                        target);
                loader.preData();
                loader.postData();
            }
            assertThat(copy.target()
                            .text(
                                    "SELECT string_agg(coalesce(r.rolname || ': ', '') || c, '; ' ORDER BY r.rolname NULLS FIRST, c COLLATE \"C\")"
                                            + " FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) AS c"
                                            + " LEFT JOIN pg_roles r ON r.oid = s.setrole"
                                            + " WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname ="
                                            + " current_database())"))
                    .isEqualTo("TimeZone=Europe/Paris; search_path=\"$user\", public, heroku_ext; " + provided.user()
                            + ": statement_timeout=7s");
            assertThat(copy.target().text("SELECT to_regclass('public.t')")).isNotNull();
        }
    }

    @Test
    void reportsWhatPgDumpSays() throws SQLException {
        try (SchemaCopy copy = SchemaCopy.between(15, 17)) {
            copy.source().execute("CREATE TABLE secret (id int)");
            TestDatabase stranger =
                    copy.source().as("stranger_of_" + copy.source().name());
            copy.source().execute("CREATE ROLE " + stranger.user() + " LOGIN");
            try (Database source = Endpoints.database(Side.SOURCE, stranger.url())) {
                DumpedSchema loader = new DumpedSchema(
                        Endpoints.migration(stranger.url(), copy.target().url(), SchemaConfig.Mode.COPY),
                        source,
                        copy.targetEnd());

                assertThatThrownBy(loader::preData)
                        .isInstanceOf(ReplicatorException.class)
                        .hasMessageContainingAll("pg_dump failed", "permission denied for table secret");
            }
        }
    }

    /** Makes everything that is built on {@code app.customer} wait. */
    private static void lock(Connection blocker) throws SQLException {
        blocker.setAutoCommit(false);
        try (Statement statement = blocker.createStatement()) {
            statement.execute("LOCK TABLE app.customer IN ROW EXCLUSIVE MODE");
        }
    }

    private static void awaitBlocked(TestDatabase target, int sessions) {
        Await.until(sessions + " sessions wait for a lock and the rest is built", LIMIT, () -> {
            String state = target.text("SELECT count(*) FILTER (WHERE wait_event_type = 'Lock') || ' ' ||"
                    + " (SELECT count(*) FROM replicator.schema_entry WHERE stage = 'indexes'"
                    + " AND done_at IS NULL AND NOT 'app.customer' = ANY (tables))"
                    + " FROM pg_stat_activity WHERE application_name = 'replicator schema'"
                    + " AND datname = current_database()");
            return (sessions + " 0").equals(state);
        });
    }

    private static long indexes(TestDatabase target) throws SQLException {
        return target.number("SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'app'");
    }

    private static long pending(TestDatabase target) throws SQLException {
        return target.number("SELECT count(*) FROM replicator.schema_entry WHERE done_at IS NULL");
    }

    private static @Nullable String done(TestDatabase target) throws SQLException {
        return target.text(
                "SELECT string_agg(number || ' ' || done_at, ', ' ORDER BY number)" + " FROM replicator.schema_entry");
    }

    /** Compares what both catalogs tell and names the objects that differ. */
    private static void assertSame(SchemaCopy copy) throws SQLException {
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
