package io.replicator.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.VerifyLevel;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Equal rows are equal between any two majors, and every altered value is found. */
final class EqualityIT {
    private static final String[] EVERY_TYPE = {
        "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')",
        "CREATE DOMAIN ratio AS double precision",
        "CREATE TYPE spot AS (x double precision, label text)",
        """
        CREATE TABLE everything (
            id bigint PRIMARY KEY, small smallint, plain integer, flag boolean, single real, double double precision,
            free numeric, fixed numeric(12, 3), cash money, letter char(5), word varchar(20), note text, raw bytea,
            code uuid, document jsonb, source json, mark xml, day date, clock time, zoned timetz, moment timestamp,
            created_at timestamptz(3), span interval, address inet, mac macaddr, bits bit varying(9), point point,
            line line, segment lseg, box box, path path, polygon polygon, circle circle, feeling mood, share ratio,
            spot spot, numbers integer[], doubles double precision[], words text[], feelings mood[],
            between_days daterange, words_found tsvector, number oid, kind regclass)""",
        """
        INSERT INTO everything VALUES (
            1, -3, 4, true, 1.1, 0.1::float8 + 0.2::float8, 1.50, 2.5, 12.34, 'ab', 'cd', E'tab\\t "quoted" ''ü€😀\\\\', '\\xDEADBEEF',
            '6f2c2f5e-7a9d-4b6f-9f4b-0c9a6c6f0d11', '{"a": [1, 2.50], "b": null}', '{"b":1,  "a":2}', '<a>b</a>',
            '2024-02-29', '12:34:56.789', '12:34:56+02', '1999-12-31 23:59:59.999999', '2024-03-31 01:30:00.123+00',
            '1 year 2 mons -3 days 04:05:06.7', '10.1.2.3/8', '08:00:2b:01:02:03', B'10101', '(0.1,1e-300)',
            '{1,2.2,3}', '[(0.1,0.2),(0.3,0.4)]', '(0.7,0.8),(0.1,0.2)', '[(0.1,1),(2,3.3)]', '((0.1,1),(2,3.3),(4,5))',
            '<(0.1,0.2),0.3>', 'happy', 0.1, ROW(0.1, 'here'), '{1,NULL,3}', '{0.1,2.5}', '{a,NULL,"b c",""}', '{sad,ok}',
            '[2024-01-01,2024-02-01)', 'a:1 fat:2 cat:3', 4294967295, 'pg_class')""",
        "INSERT INTO everything (id, created_at, moment, single, double, free)"
                + " VALUES (2, 'infinity', '-infinity', 'NaN', '-Infinity', 'NaN'),"
                + " (3, '0044-03-15 12:00:00+00 BC', NULL, '-0', 1e-310, 1e-20)"
    };

    private static final String[] EVERY_SHAPE = {
        "CREATE TABLE empty (id integer PRIMARY KEY)",
        "CREATE TABLE without_columns ()",
        "INSERT INTO without_columns DEFAULT VALUES",
        "CREATE TABLE without_key (a integer, b text)",
        "INSERT INTO without_key SELECT 1, 'same' FROM generate_series(1, 10)",
        "CREATE TABLE \"We\"\"ird ?{fn} 'Täble'\" (\"Ke\"\"y?\" text, \"t\" uuid, \"replicator\" boolean,"
                + " PRIMARY KEY (\"Ke\"\"y?\", \"t\", \"replicator\"))",
        "INSERT INTO \"We\"\"ird ?{fn} 'Täble'\" VALUES ('ä', '6f2c2f5e-7a9d-4b6f-9f4b-0c9a6c6f0d11', true),"
                + " ('Z', '00000000-7a9d-4b6f-9f4b-0c9a6c6f0d11', false), ('a''\\', '00000000-7a9d-4b6f-9f4b-0c9a6c6f0d11', false)",
        "CREATE TABLE parent (id integer PRIMARY KEY)",
        "CREATE TABLE child (more text) INHERITS (parent)",
        "INSERT INTO parent VALUES (1)",
        "INSERT INTO child VALUES (2, 'b'), (3, 'c')",
        "CREATE TABLE measured (day date, value float8) PARTITION BY RANGE (day)",
        "CREATE TABLE measured_1 PARTITION OF measured FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')",
        "CREATE TABLE measured_2 PARTITION OF measured FOR VALUES FROM ('2024-02-01') TO ('2024-03-01')",
        "INSERT INTO measured SELECT '2024-01-01'::date + n, n / 7.0 FROM generate_series(0, 50) n",
        "CREATE TABLE numeric_key (id numeric PRIMARY KEY, updated_on date)",
        "INSERT INTO numeric_key VALUES (1.0, '2024-01-01'), (10.00, '2024-02-01'), (9, NULL)",
        "CREATE TABLE float_key (id float8, part real, PRIMARY KEY (id, part))",
        "INSERT INTO float_key SELECT n / 3.0, n / 7.0 FROM generate_series(-10, 10) n",
        "CREATE TABLE wide (id integer PRIMARY KEY, blob text)",
        "INSERT INTO wide SELECT n, repeat(md5(n::text), 10000) FROM generate_series(1, 5) n"
    };

    @ParameterizedTest(name = "PostgreSQL {0} and {1}")
    @CsvSource({"17, 18", "13, 17", "10, 18", "18, 10", "10, 10"})
    void equalDatabasesDoNotDiffer(int source, int target) throws SQLException, InterruptedException {
        try (BothSides sides = new BothSides(Servers.source(source), Servers.target(target))) {
            sides.execute(EVERY_TYPE);
            sides.execute(EVERY_SHAPE);
            for (VerifyLevel level : VerifyLevel.values()) {
                List<TableComparison> comparisons = sides.compare(level);
                assertThat(BothSides.lines(comparisons)).as("%s", level).isEmpty();
                assertThat(comparisons)
                        .filteredOn(comparison -> comparison.table().name().equals("child"))
                        .singleElement()
                        .satisfies(child -> {
                            assertThat(child.sourceRows()).isEqualTo(2);
                            assertThat(child.targetRows()).isEqualTo(2);
                        });
            }
        }
    }

    @ParameterizedTest(name = "PostgreSQL {0} and {1}")
    @CsvSource({"17, 18", "10, 18"})
    void everyAlteredValueIsFound(int source, int target) throws SQLException, InterruptedException {
        try (BothSides sides = new BothSides(Servers.source(source), Servers.target(target))) {
            sides.execute(EVERY_TYPE);
            for (String altered : List.of(
                    "small = -2",
                    "flag = false",
                    "single = 1.1000001",
                    "double = 0.3",
                    "free = 1.5",
                    "fixed = 2.501",
                    "cash = 12.35",
                    "letter = 'ab '||'c'",
                    "word = 'cd '",
                    "note = NULL",
                    "raw = '\\xDEADBEEE'",
                    "code = '6f2c2f5e-7a9d-4b6f-9f4b-0c9a6c6f0d12'",
                    "document = '{\"a\": [1, 2.5], \"b\": null}'",
                    "source = '{\"b\":1, \"a\":2}'",
                    "mark = '<a>b </a>'",
                    "moment = '1999-12-31 23:59:59.999998'",
                    "span = '14 mons -3 days 04:05:06.700001'",
                    "point = '(0.1,1.0000000000000002e-300)'",
                    "feeling = 'ok'",
                    "share = 0.11",
                    "spot = ROW(0.1, 'there')",
                    "numbers = '{1,3,NULL}'",
                    "words = '{a,\"NULL\",\"b c\",\"\"}'",
                    "between_days = '[2024-01-01,2024-02-01]'")) {
                sides.target().execute("UPDATE everything SET " + altered + " WHERE id = 1");
                assertThat(BothSides.lines(sides.compare(VerifyLevel.CHECKSUM)))
                        .as(altered)
                        .containsExactly("public.everything: content: as many rows on both sides, but not the same");
                sides.target()
                        .execute(
                                "DELETE FROM everything",
                                EVERY_TYPE[EVERY_TYPE.length - 2],
                                EVERY_TYPE[EVERY_TYPE.length - 1]);
            }
        }
    }

    @Test
    void orderOfRowsAndColumnsDoesNotMatter() throws SQLException, InterruptedException {
        try (BothSides sides = new BothSides(Servers.source(17), Servers.target(18))) {
            sides.source()
                    .execute(
                            "CREATE TABLE t (id integer PRIMARY KEY, gone text, a text, b integer)",
                            "INSERT INTO t SELECT n, 'x', n::text, n * 2 FROM generate_series(1, 1000) n",
                            "ALTER TABLE t DROP COLUMN gone");
            sides.target()
                    .execute(
                            "CREATE TABLE t (surplus text, b bigint, a varchar(30), id integer PRIMARY KEY)",
                            "INSERT INTO t (id, a, b) SELECT n, n::text, n * 2 FROM generate_series(1000, 1, -1) n");
            assertThat(BothSides.lines(sides.compare(VerifyLevel.CHECKSUM))).isEmpty();
        }
    }

    @Test
    void generatedColumnsAreNotCompared() throws SQLException, InterruptedException {
        try (BothSides sides = new BothSides(Servers.source(17), Servers.target(18))) {
            sides.source()
                    .execute("CREATE TABLE t (id integer PRIMARY KEY, g integer GENERATED ALWAYS AS (id * 2) STORED)");
            sides.target()
                    .execute("CREATE TABLE t (id integer PRIMARY KEY, g integer GENERATED ALWAYS AS (id * 3) VIRTUAL)");
            sides.execute("INSERT INTO t SELECT generate_series(1, 10)");
            assertThat(BothSides.lines(sides.compare(VerifyLevel.CHECKSUM))).isEmpty();
        }
    }

    @Test
    void encodingOfTheDatabaseDoesNotMatter() throws SQLException, InterruptedException {
        Servers.server(17, "source")
                .execute("CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        try (BothSides sides = new BothSides(
                new TestDatabase(Servers.server(17, "source"), "latin", "postgres"), Servers.target(18))) {
            sides.execute(
                    "CREATE TABLE t (name text PRIMARY KEY, note text)",
                    "INSERT INTO t VALUES ('ärger', 'süß'), ('zoo', 'é'), ('Ähre', NULL)");
            assertThat(BothSides.lines(sides.compare(VerifyLevel.CHECKSUM))).isEmpty();
            sides.target().execute("UPDATE t SET name = 'öre' WHERE name = 'ärger'", "UPDATE t SET note = 'e'");
            assertThat(BothSides.lines(sides.compare(VerifyLevel.CHECKSUM)))
                    .containsExactly("public.t: max(name): 'ärger' on the source, 'öre' on the target");
        }
    }

    @Test
    void collationOfTheKeyDoesNotMatter() throws SQLException, InterruptedException {
        try (BothSides sides = new BothSides(Servers.source(17), Servers.target(18))) {
            sides.source().execute("CREATE TABLE t (name text COLLATE \"C\" PRIMARY KEY)");
            sides.target().execute("CREATE TABLE t (name text COLLATE \"unicode\" PRIMARY KEY)");
            sides.execute("INSERT INTO t VALUES ('a'), ('B'), ('c'), ('D'), ('ä')");
            assertThat(sides.source().text("SELECT max(name) FROM t"))
                    .isNotEqualTo(sides.target().text("SELECT max(name) FROM t"));
            assertThat(BothSides.lines(sides.compare(VerifyLevel.BOUNDS))).isEmpty();
        }
    }
}
