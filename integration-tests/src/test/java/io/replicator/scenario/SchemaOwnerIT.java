package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cutover.CutoverOptions;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Roles;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The application's role owns what is copied, and can use it after the switch. */
class SchemaOwnerIT {
    @Test
    void theApplicationsRoleOwnsAndUsesWhatWasCopied() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.source()
                    .execute(
                            "CREATE SCHEMA shop",
                            "CREATE TYPE shop.mood AS ENUM ('sad', 'ok')",
                            "CREATE FUNCTION shop.twice(x int) RETURNS int LANGUAGE sql AS 'SELECT 2 * x'",
                            "CREATE TABLE shop.t (id serial PRIMARY KEY, mood shop.mood, v int)",
                            "CREATE TABLE parts (id int PRIMARY KEY, t int REFERENCES shop.t) PARTITION BY RANGE (id)",
                            "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (1000)",
                            "CREATE VIEW shop.v AS SELECT shop.twice(v) FROM shop.t",
                            "CREATE MATERIALIZED VIEW shop.m AS SELECT count(*) AS n FROM shop.t",
                            "INSERT INTO shop.t (mood, v) SELECT 'ok', n FROM generate_series(1, 100) AS n",
                            "INSERT INTO parts SELECT n, n FROM generate_series(1, 100) AS n",
                            "SELECT lo_from_bytea(70001, 'of the load')",
                            "COMMENT ON LARGE OBJECT 70001 IS 'a file'");
            String application = "application_" + sides.target().name();
            TestDatabase provided = Roles.rds(sides.target());
            sides.target()
                    .execute(
                            "CREATE ROLE " + application + " LOGIN",
                            "GRANT " + application + " TO " + provided.user(),
                            "GRANT USAGE, CREATE ON SCHEMA public TO " + application);
            Settings settings = sides.settings()
                    .target(provided.url())
                    .with("schema", "{ mode: copy, owner: " + application + " }");
            try (Daemon daemon = Daemon.streaming(settings)) {
                sides.source()
                        .execute("INSERT INTO shop.t (mood, v) VALUES ('sad', -1)", "SELECT lo_put(70001, 0, 'at')");
                sides.assertEqualRows();
                assertThat(daemon.replicator()
                                .cutover(new CutoverOptions(Duration.ofSeconds(60), false), _ -> {})
                                .switched())
                        .as("%s", daemon)
                        .isTrue();
            }
            assertThat(sides.target()
                            .number(
                                    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                                            + " WHERE n.nspname IN ('shop', 'public') AND c.relowner <> ?::regrole",
                                    application))
                    .isZero();
            sides.target()
                    .as(application)
                    .execute(
                            "INSERT INTO shop.t (mood, v) VALUES ('ok', shop.twice(4))",
                            "UPDATE parts SET t = 2 WHERE id = 1",
                            "ALTER TYPE shop.mood ADD VALUE 'happy'",
                            "REFRESH MATERIALIZED VIEW shop.m",
                            "SELECT * FROM shop.v",
                            "SELECT lo_put(70001, 3, 'now')");
            assertThat(sides.target()
                            .as(application)
                            .text("SELECT convert_from(lo_get(70001), 'UTF8') || ', ' ||"
                                    + " obj_description(70001, 'pg_largeobject')"))
                    .isEqualTo("at now load, a file");
        }
    }
}
