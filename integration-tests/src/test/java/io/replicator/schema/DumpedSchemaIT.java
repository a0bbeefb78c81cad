package io.replicator.schema;

import static io.replicator.schema.SampleSchema.ROWS;
import static io.replicator.schema.SampleSchema.SCHEMA;
import static io.replicator.schema.SampleSchema.assertSame;
import static io.replicator.schema.SampleSchema.indexes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.replicator.config.SchemaConfig;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Roles;
import io.replicator.testkit.TestDatabase;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a dumped schema brings to the target, what it leaves out, and what becomes of it when it fails. */
class DumpedSchemaIT {
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
                            .text("SELECT string_agg(coalesce(r.rolname || ': ', '') || c, '; '"
                                    + " ORDER BY r.rolname NULLS FIRST, c COLLATE \"C\")"
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

    private static @Nullable String done(TestDatabase target) throws SQLException {
        return target.text(
                "SELECT string_agg(number || ' ' || done_at, ', ' ORDER BY number)" + " FROM replicator.schema_entry");
    }
}
