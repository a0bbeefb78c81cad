package io.replicator.scenario;

import io.replicator.testkit.Daemon;
import io.replicator.testkit.Roles;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Keys of every type under capture by triggers, installed by a role that owns the database and nothing more. Among the
 * values are some that are equal and look different, and the writers have other settings than we.
 */
class TriggerKeyTypesIT {
    private static final String ODD_NAME = "\"naïve \"\"quoted\"\"\nname; -- 表 $$ %s \\ 'x'\"";
    private static final String LONG_NAME = "\"" + "k".repeat(40) + " \"\"ключ\"\"" + "é".repeat(6) + "\"";

    private static final List<KeyType> TYPES = List.of(
            type("int2", "'-32768'", "32767", "0", "1", "2", "3"),
            type("int4", "'-2147483648'", "2147483647", "0", "1", "2", "3"),
            type("int8", "'-9223372036854775808'", "9223372036854775807", "0", "1", "2", "3"),
            type(
                    "uuid",
                    "'00000000-0000-0000-0000-000000000000'",
                    "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
                    "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
                    "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'"),
            type("text", "''", "'NULL'", "'\\N'", "'a'", "'A'", "' a '", "E'\\t\\n\\\\'", "'ß€😀'", "'{}'"),
            type("varchar(5)", "''", "'NULL'", "'abcde'", "'x '", "'x'", "'é'"),
            type("char(6)", "''", "'a'", "'a b'", "'abcdef'", "' z'", "'é'"),
            type("name", "'n'", "'N'", "'n n'", "'\"'"),
            type("\"char\"", "'a'", "'b'", "'\"'", "'z'"),
            type(
                    "numeric",
                    "1.0",
                    "1.00",
                    "1",
                    "0.000",
                    "-0",
                    "'NaN'",
                    "1e30",
                    "1e-30",
                    "123456789012345678901234567890"),
            type("numeric(10, 2)", "1.0", "2.25", "'-1'", "'NaN'", "99999999.99"),
            type("float8", "'NaN'", "'-0'", "0", "'Infinity'", "'-Infinity'", "0.1", "1e-300", "0.30000000000000004"),
            type("float4", "'NaN'", "'-0'", "0", "'Infinity'", "0.1", "1e-30", "16777217"),
            type("bool", "true", "false"),
            type("bytea", "''", "'\\x00'", "'\\x5c78'", "'\\xff00ff'", "'abc'", "'\\x27'"),
            type(
                    "date",
                    "'infinity'",
                    "'-infinity'",
                    "'2024-02-29'",
                    "'1999-12-31'",
                    "'0044-03-15 BC'",
                    "'9999-12-31'"),
            type("time", "'00:00'", "'24:00'", "'12:34:56.789'", "'12:34:56.789001'"),
            type("time(0)", "'00:00'", "'24:00'", "'12:34:56'"),
            type("timetz", "'00:00+00'", "'12:00+02'", "'10:00+00'", "'12:34:56.789-07:30'"),
            type(
                    "timestamp",
                    "'infinity'",
                    "'-infinity'",
                    "'2024-02-29 12:00'",
                    "'0044-03-15 BC'",
                    "'2024-01-02 03:04:05.6'"),
            type("timestamp(3)", "'infinity'", "'2024-02-29 12:00'", "'2024-01-02 03:04:05.678'"),
            type(
                    "timestamptz",
                    "'infinity'",
                    "'-infinity'",
                    "'2024-03-31 02:30+01'",
                    "'2024-10-27 02:30+02'",
                    "'0044-03-15 BC'"),
            type("interval", "'1 day'", "'24 hours'", "'1 mon'", "'30 days'", "'-1 day +02:03'", "'1.5 s'", "'0'"),
            type("interval day to second(2)", "'1 day'", "'25 hours'", "'1.25 s'"),
            type("inet", "'10.0.0.1'", "'10.0.0.1/8'", "'::1'", "'::ffff:1.2.3.4/128'"),
            type("cidr", "'10.0.0.0/8'", "'10.0.0.0/9'", "'::/0'"),
            type("macaddr", "'08:00:2b:01:02:03'", "'08:00:2b:01:02:04'", "'ff:ff:ff:ff:ff:ff'"),
            type("macaddr8", "'08:00:2b:01:02:03:04:05'", "'08:00:2b:01:02:04'"),
            type("bit(5)", "'00000'", "'10101'", "'11111'"),
            type("varbit", "''", "'0'", "'00'", "'1010101'"),
            type("money", "1.25", "'-1234567.89'", "0", "99"),
            type("oid", "0", "4294967295", "2147483648", "16384"),
            type("pg_lsn", "'0/0'", "'FFFFFFFF/FFFFFFFF'", "'16/B374D848'"),
            type("int4[]", "'{}'", "'{1,2}'", "'{{1,2},{3,4}}'", "'{NULL}'", "'[0:1]={1,2}'"),
            type("text[]", "'{}'", "'{NULL,\"NULL\",\"a\\\"b\",\" \"}'", "'{\"{}\",\",\"}'", "'{\"\"}'"),
            type("char(3)[]", "'{}'", "'{a,b}'", "'{\"a b\"}'"),
            type("bit(3)[]", "'{101,010}'", "'{000}'"),
            type("varchar(4)[]", "'{}'", "'{a,b}'", "'{\"a b\"}'"),
            type("numeric(6, 2)[]", "'{1,2}'", "'{1.25}'", "'{NaN}'"),
            type("numeric[]", "'{1.0}'", "'{1.00}'", "'{2}'"),
            type("timestamptz[]", "'{2024-03-31 02:30+01}'", "'{infinity}'", "'{2000-01-01 00:00+00,NULL}'"),
            type("interval[]", "'{1 day}'", "'{24:00}'", "'{1 mon}'"),
            type("bytea[]", "'{abc}'", "'{\"\\\\x00ff\"}'", "'{NULL}'"),
            type("int4range", "'[1,5)'", "'empty'", "'(,)'", "'[7,)'"),
            type("numrange", "'[1.0,2]'", "'[1.00,2]'", "'empty'", "'(1,2)'"),
            type("tstzrange", "'[2024-03-31 02:30+01,infinity]'", "'empty'", "'(,2024-03-31 02:30+02)'"),
            type("daterange", "'[2024-01-01,2024-02-01)'", "'empty'", "'(,)'"),
            type("tsvector", "'a b'", "'a:1 b:2'", "'''x y'''"),
            type("jsonb", "'{\"a\": 1.0}'", "'{\"a\": 1.00}'", "'[]'", "'null'", "'\"s\"'", "'{\"b\":[1,{}]}'"),
            type("kinds.colour", "'red'", "'dark blue'", "'\"'"),
            type("kinds.colour[]", "'{red,\"dark blue\"}'", "'{}'", "'{\"\\\"\"}'"),
            type("kinds.small", "1", "2", "99"),
            type("kinds.word", "'a'", "'b b'", "'c'"),
            type("kinds.\"moment (of) day\"", "'2024-03-31 02:30+01'", "'infinity'", "'1999-12-31 23:00+00'"),
            type(
                    "kinds.paint",
                    "ROW(1, 'a', '1 day')",
                    "ROW(1, 'a', '24:00')",
                    "ROW(NULL, NULL, NULL)",
                    "ROW(2, '(\",)', '0')"),
            type("kinds.paint[]", "ARRAY[ROW(1, 'a', '1 day')::kinds.paint]", "'{}'"),
            type("kinds.\"Span, of [text]\"", "'[a,b)'", "'empty'", "'[\"x,y\",\"z)\"]'"),
            type("regclass", "'pg_class'", "'kinds.things'"),
            type("regtype", "'int4'", "'kinds.colour'"));

    private static final String[] KINDS = {
        "CREATE SCHEMA kinds",
        "CREATE TABLE kinds.things (id int PRIMARY KEY)",
        "CREATE TYPE kinds.colour AS ENUM ('red', 'dark blue', '\"')",
        "CREATE DOMAIN kinds.small AS int CHECK (VALUE < 100)",
        "CREATE DOMAIN kinds.word AS text CHECK (VALUE <> '')",
        "CREATE DOMAIN kinds.\"moment (of) day\" AS timestamptz",
        "CREATE TYPE kinds.paint AS (amount numeric, name text, age interval)",
        "CREATE TYPE kinds.\"Span, of [text]\" AS RANGE (subtype = text)",
    };

    private final long seed = ThreadLocalRandom.current().nextInt(1_000_000);

    private record KeyType(String sql, List<String> values) {}

    private static KeyType type(String sql, String... values) {
        return new KeyType(sql, List.of(values));
    }

    @ParameterizedTest(name = "from {0} to {1}")
    @CsvSource({"15, 17", "10, 18"})
    void areCaptured(int sourceMajor, int targetMajor) throws SQLException {
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (Sides sides = Sides.of(sourceMajor, targetMajor)) {
            sides.execute(KINDS);
            List<KeyType> types = new ArrayList<>(TYPES);
            if (hasCitext(sides.source()) && hasCitext(sides.target())) {
                sides.execute("CREATE EXTENSION citext WITH SCHEMA kinds");
                types.add(type("kinds.citext", "'a'", "'A'", "'ß'", "'b'", "'B '"));
            }
            for (int i = 0; i < types.size(); i++) {
                sides.execute(
                        "CREATE TABLE one_" + i + " (v int, k " + types.get(i).sql() + " PRIMARY KEY)",
                        "CREATE TABLE two_" + i + " (" + ODD_NAME + " "
                                + types.get(i).sql() + ", v int, " + LONG_NAME + " int, PRIMARY KEY (" + LONG_NAME
                                + ", " + ODD_NAME + "))");
            }
            TestDatabase source = Roles.heroku(sides.source());
            for (int i = 0; i < types.size(); i++) {
                write(source, types.get(i), i, random);
            }
            try (Daemon _ = Daemon.streaming(
                    sides.settings().existingSchema().source(source.url()).with("capture", "trigger"))) {
                for (int round = 0; round < 3; round++) {
                    for (int i = 0; i < types.size(); i++) {
                        write(source, types.get(i), i, random);
                    }
                    sides.assertEqualRows();
                }
            }
        }
    }

    private static boolean hasCitext(TestDatabase database) throws SQLException {
        return database.number("SELECT count(*) FROM pg_available_extensions WHERE name = 'citext'") > 0;
    }

    private static void write(TestDatabase source, KeyType type, int index, Random random) throws SQLException {
        try (Connection connection = source.connection();
                Statement statement = connection.createStatement()) {
            List<String> sql = new ArrayList<>();
            for (int i = 0; i < 14; i++) {
                String one = value(type, random);
                String other = value(type, random);
                int v = random.nextInt(1000);
                sql.add("INSERT INTO one_" + index + " VALUES (" + v + ", " + one
                        + ") ON CONFLICT (k) DO UPDATE SET v = excluded.v, k = excluded.k");
                sql.add("UPDATE one_" + index + " SET v = " + v + " WHERE k = " + one);
                sql.add("UPDATE one_" + index + " SET k = " + one + " WHERE k = " + other
                        + " AND NOT EXISTS (SELECT FROM one_" + index + " WHERE k = " + one + " AND k <> " + other
                        + ")");
                sql.add("DELETE FROM one_" + index + " WHERE k = " + value(type, random));
                sql.add("INSERT INTO two_" + index + " (" + LONG_NAME + ", " + ODD_NAME + ", v) VALUES (" + i % 3 + ", "
                        + one + ", " + v + ") ON CONFLICT DO NOTHING");
                sql.add("UPDATE two_" + index + " SET v = " + v + " WHERE " + LONG_NAME + " = " + i % 2);
                sql.add("DELETE FROM two_" + index + " WHERE " + ODD_NAME + " = " + value(type, random));
            }
            sql.add("UPDATE two_" + index + " SET " + LONG_NAME + " = " + LONG_NAME + " + "
                    + random.nextInt(10, 1_000_000) + " WHERE v % 2 = 0 AND " + LONG_NAME + " < 3");
            String german = source.server().major() < 14 ? "ISO, DMY" : "German, DMY";
            statement.execute(random.nextBoolean() ? withOtherSettings(sql, german) : String.join("; ", sql));
        }
    }

    private static String value(KeyType type, Random random) {
        return type.values().get(random.nextInt(type.values().size())) + "::" + type.sql();
    }

    /** In one command, because the driver accepts no other date style between two; old servers tell it of each. */
    private static String withOtherSettings(List<String> sql, String dateStyle) {
        StringBuilder block = new StringBuilder("DO $do$ BEGIN SET LOCAL \"DateStyle\" = '" + dateStyle + "';"
                + " SET LOCAL \"IntervalStyle\" = sql_standard; SET LOCAL bytea_output = escape;"
                + " SET LOCAL extra_float_digits = -10; SET LOCAL \"TimeZone\" = 'Asia/Kathmandu';"
                + " SET LOCAL search_path = kinds, public, pg_catalog;");
        for (String one : sql) {
            block.append(" EXECUTE $sql$").append(one).append("$sql$;");
        }
        return block.append(" SET LOCAL \"DateStyle\" = 'ISO, MDY'; END $do$").toString();
    }
}
