package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.Replicator;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.Side;
import io.replicator.preflight.Finding;
import io.replicator.preflight.Finding.Severity;
import io.replicator.schema.DumpedSchema;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Roles;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The source's roles may do on the target what they may do on the source, and no login of ours is a superuser. */
class SchemaGrantsIT {
    /** What others than the owners may do, in the test's schemas and with what the owners will create. */
    private static final String PRIVILEGES = """
            WITH mine AS (SELECT * FROM pg_namespace WHERE nspname IN ('shop', 'public')),
            held AS (
                SELECT 'schema ' || nspname AS what, nspowner AS owner, nspacl AS acl FROM mine
                UNION ALL
                SELECT 'relation ' || c.relname, c.relowner, c.relacl
                FROM pg_class c JOIN mine n ON n.oid = c.relnamespace
                UNION ALL
                SELECT format('column %s.%s', c.relname, a.attname), c.relowner, a.attacl
                FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN mine n ON n.oid = c.relnamespace
                UNION ALL
                SELECT 'function ' || p.proname, p.proowner, p.proacl
                FROM pg_proc p JOIN mine n ON n.oid = p.pronamespace
                UNION ALL
                SELECT 'type ' || t.typname, t.typowner, t.typacl FROM pg_type t JOIN mine n ON n.oid = t.typnamespace
                UNION ALL
                SELECT format('default %s %s', d.defaclobjtype, n.nspname), d.defaclrole, d.defaclacl
                FROM pg_default_acl d LEFT JOIN mine n ON n.oid = d.defaclnamespace)
            SELECT string_agg(DISTINCT format('%s: %s %s%s', what, coalesce(r.rolname, 'PUBLIC'), x.privilege_type,
                                              CASE WHEN x.is_grantable THEN '*' ELSE '' END), E'\\n')
            FROM held LEFT JOIN LATERAL aclexplode(acl) AS x ON true LEFT JOIN pg_roles r ON r.oid = x.grantee
            WHERE acl IS NOT NULL AND x.grantee IS DISTINCT FROM owner AND what <> 'schema public'""";

    @Test
    void copiesPrivilegesOfEveryKindAndTheDefaults() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            String reader = role(sides, "reader");
            String writer = role(sides, "writer");
            String application = role(sides, "application");
            shop(sides);
            TestDatabase source = Roles.rds(sides.source());
            TestDatabase target = Roles.rds(sides.target());
            source.execute(
                    "GRANT USAGE ON SCHEMA shop TO " + reader + ", " + writer,
                    "GRANT SELECT ON shop.t, shop.v, parts TO " + reader,
                    "GRANT SELECT, INSERT, UPDATE, DELETE ON shop.t TO " + writer + " WITH GRANT OPTION",
                    "GRANT UPDATE (v), REFERENCES (id) ON shop.t TO " + reader,
                    "GRANT SELECT ON shop.m TO PUBLIC",
                    "GRANT USAGE ON SEQUENCE shop.t_id_seq TO " + writer,
                    "REVOKE EXECUTE ON FUNCTION shop.twice(shop.mood, text[]) FROM PUBLIC",
                    "GRANT EXECUTE ON FUNCTION shop.twice(shop.mood, text[]) TO " + reader,
                    "CREATE PROCEDURE shop.nothing() LANGUAGE sql AS ''",
                    "REVOKE EXECUTE ON PROCEDURE shop.nothing() FROM PUBLIC",
                    "GRANT EXECUTE ON PROCEDURE shop.nothing() TO " + writer,
                    "REVOKE USAGE ON TYPE shop.mood FROM PUBLIC",
                    "GRANT USAGE ON TYPE shop.mood TO " + reader,
                    "GRANT USAGE ON TYPE shop.positive TO " + reader + " WITH GRANT OPTION",
                    "ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO " + reader,
                    "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC");
            sides.source().as(writer).execute("GRANT DELETE ON shop.t TO " + reader);
            sides.target()
                    .execute(
                            "GRANT " + application + " TO " + target.user(),
                            "GRANT USAGE, CREATE ON SCHEMA public TO " + application);
            Settings settings = sides.settings()
                    .source(source.url())
                    .target(target.url())
                    .with("schema", "{ mode: copy, owner: " + application + ", grants: copy }");
            try (Daemon daemon = Daemon.streaming(settings)) {
                assertThat(lines(sides.target()))
                        .hasSizeGreaterThan(15)
                        .containsExactlyInAnyOrderElementsOf(lines(sides.source()));
                assertThat(cutover(daemon).switched()).as("%s", daemon).isTrue();
            }
            sides.target().as(application).execute("CREATE TABLE shop.later (id int)");
            sides.target().as(reader).execute("SELECT * FROM shop.later", "SELECT * FROM shop.t");
        }
    }

    @Test
    void grantsNothingUnlessAskedTo() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            String reader = role(sides, "reader");
            shop(sides);
            sides.source()
                    .execute(
                            "GRANT USAGE ON SCHEMA shop TO " + reader,
                            "GRANT SELECT ON ALL TABLES IN SCHEMA shop TO " + reader,
                            "ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO " + reader);
            try (Daemon _ = Daemon.streaming(sides.settings())) {
                assertThat(lines(sides.target())).isEmpty();
            }
        }
    }

    @Test
    void theCutoverWaitsUntilRolesMayDoWhatTheyMayDoOnTheSource() throws SQLException {
        try (Sides sides = Sides.of(10, 18)) {
            String group = role(sides, "writers");
            String member = role(sides, "member");
            sides.source()
                    .execute(
                            "CREATE TABLE t (id serial PRIMARY KEY, v int)",
                            "GRANT " + group + " TO " + member,
                            "GRANT SELECT, INSERT ON t TO " + group,
                            "GRANT USAGE ON SEQUENCE t_id_seq TO " + group);
            Settings settings = sides.settings()
                    .target(Roles.rds(sides.target()).url())
                    .with("schema", "{ mode: copy, grants: copy }");
            try (Daemon daemon = Daemon.streaming(settings)) {
                String late = name(sides, "late");
                sides.source().execute("CREATE ROLE " + late, "GRANT UPDATE (v) ON t TO " + late);
                sides.target()
                        .execute("REVOKE INSERT ON t FROM " + group, "REVOKE USAGE ON SEQUENCE t_id_seq FROM " + group);

                CutoverResult refused = cutover(daemon);

                assertThat(refused.switched()).isFalse();
                assertThat(refused.failedStep()).isEqualTo("checks");
                assertThat(refused.reason())
                        .contains(
                                "GRANT INSERT ON TABLE public.t TO " + quoted(group),
                                "GRANT USAGE ON SEQUENCE public.t_id_seq TO " + quoted(group),
                                "GRANT UPDATE (\"v\") ON TABLE public.t TO " + quoted(late),
                                "GRANT " + quoted(group) + " TO " + quoted(member))
                        .doesNotContain("SELECT");

                sides.target()
                        .execute(
                                "CREATE ROLE " + late,
                                "GRANT INSERT ON t TO " + group,
                                "GRANT USAGE ON SEQUENCE t_id_seq TO " + group,
                                "GRANT UPDATE (v) ON t TO " + late,
                                "GRANT " + group + " TO " + member);
                assertThat(cutover(daemon).switched()).as("%s", daemon).isTrue();
            }
        }
    }

    @Test
    void grantsThatComeAtTheCutoverOnlyAreAskedForBehindTheFence() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            String reader = role(sides, "reader");
            String writer = role(sides, "writer");
            sides.source().execute("CREATE TABLE t (id int PRIMARY KEY)", "GRANT SELECT ON t TO " + reader);
            Settings settings = sides.settings()
                    .source(Roles.heroku(sides.source()).url())
                    .target(Roles.plain(sides.target()).url())
                    .with("schema", "{ mode: copy, grants: copy }");
            try (Daemon daemon = Daemon.streaming(settings)) {
                sides.source().execute("INSERT INTO t VALUES (1)", "GRANT INSERT ON t TO " + writer);
                sides.awaitApplied();
                assertThat(lines(sides.target())).isEmpty();

                CutoverResult refused = cutover(daemon);

                assertThat(refused.switched()).isFalse();
                assertThat(refused.failedStep()).isEqualTo("complete_target");
                assertThat(refused.reason()).contains("GRANT INSERT ON TABLE public.t TO " + quoted(writer));

                sides.source().execute("INSERT INTO t VALUES (2)");
                sides.target().execute("GRANT INSERT ON t TO " + writer);
                assertThat(cutover(daemon).switched()).as("%s", daemon).isTrue();
                assertThat(lines(sides.target()))
                        .containsExactlyInAnyOrder(
                                "relation t: " + reader + " SELECT", "relation t: " + writer + " INSERT");
            }
        }
    }

    @Test
    void aRoleThatIsMissingIsNamedBeforeAnythingIsCopied() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            String reader = name(sides, "reader");
            String stranger = name(sides, "stranger");
            String member = name(sides, "member");
            sides.source()
                    .execute(
                            "CREATE ROLE " + reader + " LOGIN",
                            "CREATE ROLE " + stranger,
                            "CREATE ROLE " + member + " LOGIN",
                            "CREATE TABLE t (id int PRIMARY KEY)",
                            "GRANT SELECT ON t TO " + reader,
                            "GRANT " + reader + " TO " + member,
                            "ALTER DEFAULT PRIVILEGES FOR ROLE " + stranger + " GRANT SELECT ON TABLES TO " + reader);
            Settings settings = sides.settings()
                    .target(Roles.rds(sides.target()).url())
                    .with("schema", "{ mode: copy, grants: copy }");

            assertThat(findings(settings))
                    .anySatisfy(finding -> {
                        assertThat(finding.severity()).isEqualTo(Severity.FAIL);
                        assertThat(finding.fix()).isEqualTo("CREATE ROLE " + quoted(reader) + " LOGIN;");
                    })
                    .anySatisfy(finding -> {
                        assertThat(finding.severity()).isEqualTo(Severity.WARN);
                        assertThat(finding.fix())
                                .startsWith("CREATE ROLE " + quoted(stranger) + "; GRANT " + quoted(stranger));
                    });

            sides.target().execute("CREATE ROLE " + reader + " LOGIN");
            assertThat(findings(settings))
                    .noneMatch(finding -> finding.severity().blocks())
                    .anySatisfy(finding -> assertThat(finding.fix())
                            .isEqualTo("CREATE ROLE " + quoted(member) + " LOGIN; GRANT " + quoted(reader) + " TO "
                                    + quoted(member) + ";"));
            try (Daemon daemon = Daemon.streaming(settings)) {
                assertThat(lines(sides.target()))
                        .as("%s", daemon)
                        .singleElement()
                        .asString()
                        .startsWith("relation t: ");
            }
        }
    }

    @Test
    void aRoleThatWentMissingIsNamedWithTheObjectAndCanBeMended() throws SQLException {
        try (Sides sides = Sides.of(15, 17);
                Database source = Endpoints.database(Side.SOURCE, sides.source().url());
                Database target = Endpoints.database(Side.TARGET, sides.target().url())) {
            String reader = name(sides, "reader");
            sides.source()
                    .execute(
                            "CREATE ROLE " + reader,
                            "CREATE TABLE t (id int PRIMARY KEY)",
                            "GRANT SELECT ON t TO " + reader);
            DumpedSchema loader = new DumpedSchema(
                    sides.settings()
                            .with("schema", "{ mode: copy, grants: copy }")
                            .config(),
                    source,
                    target);
            loader.preData();

            assertThatThrownBy(loader::postData)
                    .isInstanceOf(ReplicatorException.class)
                    .hasMessageContainingAll("ACL TABLE public.t", reader);

            sides.target().execute("CREATE ROLE " + reader);
            loader.postData();
            loader.postData();
            assertThat(lines(sides.target())).containsExactly("relation t: " + reader + " SELECT");
        }
    }

    private static void shop(Sides sides) throws SQLException {
        sides.source()
                .execute(
                        "CREATE SCHEMA shop",
                        "CREATE TYPE shop.mood AS ENUM ('sad', 'ok')",
                        "CREATE DOMAIN shop.positive AS int CHECK (value > 0)",
                        "CREATE FUNCTION shop.twice(x shop.mood, y text[]) RETURNS int LANGUAGE sql AS 'SELECT 2'",
                        "CREATE TABLE shop.t (id serial PRIMARY KEY, mood shop.mood, v int)",
                        "CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (1000)",
                        "CREATE VIEW shop.v AS SELECT v FROM shop.t",
                        "CREATE MATERIALIZED VIEW shop.m AS SELECT count(*) AS n FROM shop.t",
                        "INSERT INTO shop.t (mood, v) SELECT 'ok', n FROM generate_series(1, 100) AS n");
    }

    private static List<String> lines(TestDatabase database) throws SQLException {
        String text = database.text(PRIVILEGES);
        return text == null ? List.of() : List.of(text.split("\n"));
    }

    private static List<Finding> findings(Settings settings) {
        try (Replicator replicator = new Replicator(settings.config())) {
            return replicator.check().stream()
                    .filter(finding -> finding.id().equals("target.grants"))
                    .toList();
        }
    }

    private static CutoverResult cutover(Daemon daemon) {
        return daemon.replicator().cutover(new CutoverOptions(Duration.ofSeconds(60), false), _ -> {});
    }

    /** A login on both sides. */
    private static String role(Sides sides, String kind) throws SQLException {
        String name = name(sides, kind);
        sides.execute("CREATE ROLE " + name + " LOGIN");
        return name;
    }

    private static String name(Sides sides, String kind) {
        return kind + "_of_" + sides.source().name();
    }

    private static String quoted(String role) {
        return Identifiers.quote(role);
    }
}
