package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.replicator.cli.demo.ComparisonOptions;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyLevel;
import io.replicator.postgres.PostgresTools;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import io.replicator.verify.VerificationReport;
import java.sql.SQLException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables of every shape and values at every edge, copied under either capture. */
class BulkLoadTypesIT {
    private static final int MOST_COLUMNS = 1_600;

    @ParameterizedTest
    @CsvSource({"wal, 15, 17", "trigger, 15, 18", "trigger, 13, 13"})
    void copiesEveryShapeAndValueExactly(String capture, int sourceMajor, int targetMajor) throws SQLException {
        assumeTrue(
                PostgresTools.find(null)
                        .filter(tools -> tools.major() >= sourceMajor)
                        .isPresent(),
                "skipped: pg_dump and pg_restore " + sourceMajor + " or newer are not installed");
        try (Sides sides = Sides.of(sourceMajor, targetMajor)) {
            TestDatabase source = sides.source();
            shapes(source);
            types(source);
            names(source);
            texts(source);
            edges(source);
            try (Daemon daemon = Daemon.streaming(sides.settings()
                    .with("capture", capture)
                    .with("copy", "{ jobs: 2, index_jobs: 2, split_size: 1MB }"))) {
                sides.compare(ComparisonOptions.rowsOnly()).assertEqual();
                VerificationReport report = daemon.replicator().verify(VerifyLevel.CHECKSUM, TableFilter.ALL);
                assertThat(report.equal()).as("%s", report).isTrue();
            }
        }
    }

    private static void shapes(TestDatabase source) throws SQLException {
        String columns = IntStream.range(1, MOST_COLUMNS)
                .mapToObj(column -> "c" + column + " smallint")
                .collect(Collectors.joining(", "));
        source.execute(
                "CREATE TABLE nothing ()",
                "ALTER TABLE nothing REPLICA IDENTITY FULL",
                "INSERT INTO nothing DEFAULT VALUES",
                "INSERT INTO nothing DEFAULT VALUES",
                "CREATE TABLE widest (id int PRIMARY KEY, " + columns + ")",
                "INSERT INTO widest (id, c1, c" + (MOST_COLUMNS - 1)
                        + ") SELECT n, n, -n FROM generate_series(1, 20) AS n",
                "CREATE TABLE parent (id int PRIMARY KEY, v text)",
                "CREATE TABLE child (extra int, PRIMARY KEY (id)) INHERITS (parent)",
                "INSERT INTO parent VALUES (1, 'parent''s own')",
                "INSERT INTO child VALUES (1, 'child''s', 2), (2, 'child''s', 3)",
                "CREATE TABLE dropped (gone int, id int PRIMARY KEY, also text, v text)",
                "INSERT INTO dropped VALUES (1, 2, 'x', 'kept')",
                "ALTER TABLE dropped DROP COLUMN gone, DROP COLUMN also, ADD COLUMN added int DEFAULT 7",
                "CREATE TABLE parted (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
                "CREATE TABLE parted_old PARTITION OF parted FOR VALUES FROM (MINVALUE) TO ('2020-01-01')",
                "CREATE TABLE parted_new PARTITION OF parted DEFAULT",
                "INSERT INTO parted SELECT n, date '2019-12-01' + n FROM generate_series(1, 100) AS n",
                "CREATE TABLE identities (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text,"
                        + " length int GENERATED ALWAYS AS (length(v)) STORED)",
                "INSERT INTO identities (v) SELECT repeat('v', n) FROM generate_series(1, 50) AS n",
                "INSERT INTO identities (id, v) OVERRIDING SYSTEM VALUE VALUES (-5, 'below')",
                "CREATE TABLE bookings (room int, during int4range, PRIMARY KEY (room, during),"
                        + " EXCLUDE USING gist (during WITH &&))",
                "INSERT INTO bookings SELECT n, int4range(n * 10, n * 10 + 5) FROM generate_series(1, 200) AS n");
    }

    private static void types(TestDatabase source) throws SQLException {
        source.execute(
                "CREATE EXTENSION hstore",
                "CREATE EXTENSION citext",
                "CREATE TYPE mood AS ENUM ('so so', 'it''s \"fine\"', '')",
                "CREATE DOMAIN moods AS mood CHECK (VALUE <> '')",
                "CREATE DOMAIN positive AS numeric(20, 5) CHECK (VALUE > 0)",
                "CREATE TYPE place AS (name text, at point, moods mood[])",
                "CREATE TABLE types (id int PRIMARY KEY, b boolean, c \"char\", n name, e mood, d moods, p positive,"
                        + " co place, cos place[], es mood[], r int8range, rs tstzrange, ts tsvector, tq tsquery,"
                        + " h hstore, ci citext, j json, jb jsonb, x xml, u uuid, m macaddr, i inet, ci4 cidr,"
                        + " bi bit(5), bv bit varying, mo money, iv interval, t time, tt timetz, by bytea, l pg_lsn,"
                        + " a2 int[][], at text[], o oid, pa path, po polygon, ci2 circle)",
                "INSERT INTO types VALUES (1, true, 'x', 'a name', 'so so', 'it''s \"fine\"', 0.00001,"
                        + " ROW('a \"place\"', point(1e300, -0.1), ARRAY['so so'::mood, NULL]),"
                        + " ARRAY[NULL, ROW(NULL, NULL, NULL)::place], ARRAY['', 'so so']::mood[], int8range(NULL, 5),"
                        + " tstzrange('-infinity', 'infinity', '[]'), 'a:1A fat:2B,4C cat''s', 'fat & (rat | !cat)',"
                        + " 'a=>NULL, \"b c\"=>\"\\\"\"', 'MiXeD', '{ \"a\" :  1, \"a\": 2 }', '{\"a\": 1e400}',"
                        + " '<a>&amp;</a>', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '08:00:2b:01:02:03',"
                        + " '::ffff:1.2.3.4/128', '10.0.0.0/8', B'10101', B'', '-12.34', '-1 mons +2 days -00:00:00.000001',"
                        + " '24:00:00', '23:59:59.999999-15:59', '\\x00ff0a5c', '16/B374D848',"
                        + " '[0:1][-1:0]={{1,NULL},{3,4}}', ARRAY['NULL', NULL, '', '{}', 'a,b\"\\'], 4294967295,"
                        + " '[(0,0),(1,1)]', '((0,0),(1,1),(2,0))', '<(0,0),5>')",
                "INSERT INTO types (id) VALUES (2)");
    }

    private static void names(TestDatabase source) throws SQLException {
        String longest = "n".repeat(63);
        source.execute(
                "CREATE SCHEMA \"a \"\"schema\"\".with dots\"",
                "CREATE TABLE \"a \"\"schema\"\".with dots\".\"line\nbreak 'and' %s \\\" (\"the \"\"key\"\"\" int"
                        + " PRIMARY KEY, \"select\" text, \"ünï\tcode\" text, \"" + longest + "\" int)",
                "INSERT INTO \"a \"\"schema\"\".with dots\".\"line\nbreak 'and' %s \\\" SELECT n, 'v', 'ü', n FROM"
                        + " generate_series(1, 10) AS n",
                "CREATE TABLE \"" + longest + "\" (\"ID\" int PRIMARY KEY)",
                "INSERT INTO \"" + longest + "\" VALUES (1)");
    }

    /** Such rows go in text form where a column beside them has to, so that both forms are used. */
    private static void texts(TestDatabase source) throws SQLException {
        for (String beside : new String[] {"int", "hstore"}) {
            source.execute(
                    "CREATE TABLE text_beside_" + beside + " (id int PRIMARY KEY, v text, beside " + beside + ")",
                    "INSERT INTO text_beside_" + beside + " (id, v) VALUES (1, E'\\r\\n'), (2, E'\\\\'), (3, E'\\\\N'),"
                            + " (4, 'NULL'), (5, ''), (6, NULL), (7, E'\\\\.'), (8, E'\\\\.\\n'), (9, E'a\\tb\\bc\\fd\\ve'),"
                            + " (10, E'\\r'), (11, 'end \\'), (12, ' '), (13, E'\\u0001\\u007f'), (14, '😀'),"
                            + " (15, E'\\\\x41'), (16, '\"')",
                    "INSERT INTO text_beside_" + beside
                            + " (id, v) SELECT 100 + n, string_agg(md5(n::text || m), E'\\n') FROM"
                            + " generate_series(1, 20) AS n, generate_series(1, 3000) AS m GROUP BY n");
        }
    }

    private static void edges(TestDatabase source) throws SQLException {
        source.execute(
                "CREATE TABLE edges (id int PRIMARY KEY, ts timestamp, tz timestamptz, d date, n numeric, f4 real,"
                        + " f8 double precision, i2 smallint, i4 int, i8 bigint, iv interval)",
                "INSERT INTO edges VALUES (1, 'infinity', '-infinity', 'infinity', 'NaN', 'NaN', 'NaN', -32768,"
                        + " -2147483648, -9223372036854775808, '-178000000 years')",
                "INSERT INTO edges VALUES (2, '-infinity', 'infinity', '-infinity', '1e130000', '-Infinity', 'Infinity',"
                        + " 32767, 2147483647, 9223372036854775807, '178000000 years')",
                "INSERT INTO edges VALUES (3, '0001-12-31 23:59:59.999999 BC', '4713-01-01 BC', '4713-01-01 BC', '1e-16383',"
                        + " '1e-45', '5e-324', 0, 0, 0, '0.000001 seconds')",
                "INSERT INTO edges VALUES (4, '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00',"
                        + " '5874897-12-31', '-0.000', '-0', '-0', -1, -1, -1, '-1 month +30 days')",
                "INSERT INTO edges VALUES (5, '2020-02-29', NULL, NULL, 1.10, 3.4028235e38, 1.7976931348623157e308, 1, 1, 1,"
                        + " NULL)");
    }
}
