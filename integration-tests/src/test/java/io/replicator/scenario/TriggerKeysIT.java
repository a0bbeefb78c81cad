package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testkit.Daemon;
import io.replicator.testkit.Roles;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Under capture by triggers: keys of every type and odd name, keys of several columns, and no key at all. */
class TriggerKeysIT {
    /** Type, and three values that differ. */
    private static final String[][] KEYS = {
        {"int2", "-32768", "2", "32767"},
        {"int4", "-2147483648", "2", "2147483647"},
        {"int8", "-9223372036854775808", "2", "9223372036854775807"},
        {
            "uuid",
            "00000000-0000-0000-0000-000000000000",
            "00000000-0000-0000-0000-000000000002",
            "ffffffff-ffff-ffff-ffff-ffffffffffff"
        },
        {"text", "", "a'b\"c\\d", "línea\nünï\t✓"},
        {"varchar(40)", "x ", "x", "NULL"},
        {"char(6)", "a", "b", "a b"},
        {"name", "n1", "n2", "N1"},
        {"numeric", "1.10", "-0.00001", "12345678901234567890.123"},
        {"float8", "0.1", "NaN", "-1e300"},
        {"float4", "0.1", "Infinity", "1.17549435e-38"},
        {"bool", "true", "false", null},
        {"bytea", "\\x00", "\\xff00", "\\x"},
        {"date", "2026-01-31", "infinity", "0044-03-15 BC"},
        {"time", "00:00:00", "23:59:59.999999", "24:00:00"},
        {"timetz", "12:00:00+02", "12:00:00+03", "12:00:00-11"},
        {"timestamp", "2026-01-31 12:00:00.000001", "-infinity", "0001-01-01 00:00:00 BC"},
        {"timestamptz", "2026-01-31 12:00:00.000001+05", "infinity", "1900-01-01 00:00:00+00"},
        {"interval", "1 mon", "30 days 00:00:01", "-1 year 2 days"},
        {"inet", "10.0.0.1/8", "10.0.0.1", "::1"},
        {"cidr", "10.0.0.0/8", "10.1.0.0/16", "::/0"},
        {"macaddr", "08:00:2b:01:02:03", "08:00:2b:01:02:04", "ff:ff:ff:ff:ff:ff"},
        {"bit(4)", "0001", "0010", "1111"},
        {"bit varying", "0", "01", "1010101010101"},
        {"oid", "1", "4294967295", "26"},
        {"mood", "sad", "ok", "it's \"fine\""},
        {"positive", "1", "2", "3"},
        {"label", "a", "b", "c"},
        {"int4[]", "{1,2}", "{}", "{NULL,3}"},
        {"text[]", "{a}", "{\"b c\",NULL}", "{\"q\\\"\"}"},
        {"pair", "(1,a)", "(2,\"b c\")", "(3,)"},
        {"int4range", "[1,5)", "empty", "[7,)"},
        {"jsonb", "{\"a\": 1}", "[]", "null"},
        {"tsvector", "'a':1", "'b'", "'c':1A"},
    };

    @ParameterizedTest(name = "from {0}")
    @ValueSource(ints = {10, 13, 15, 18})
    void capturesKeysOfEveryTypeAndName(int sourceMajor) throws SQLException {
        try (Sides sides = Sides.of(sourceMajor, 17)) {
            sides.execute(
                    "CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s \"fine\"')",
                    "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
                    "CREATE DOMAIN label AS text",
                    "CREATE TYPE pair AS (a int, b text)");
            List<String> tables = new ArrayList<>();
            for (int i = 0; i < KEYS.length; i++) {
                String table = "\"key " + i + " of \"\"" + KEYS[i][0] + "\"\" ünï\n" + "x".repeat(20) + "\"";
                tables.add(table);
                sides.execute("CREATE TABLE " + table + " (v int, \"Schlüssel \"\" " + "k".repeat(30) + "\" "
                        + KEYS[i][0] + " PRIMARY KEY)");
            }
            sides.execute(
                    "CREATE TABLE composed (a int, b text, c uuid, v int, PRIMARY KEY (c, a, b)"
                            + (sourceMajor < 11 ? ")" : " INCLUDE (v))"),
                    "CREATE TABLE indexed (a int NOT NULL, b text NOT NULL, v int)",
                    "CREATE UNIQUE INDEX ON indexed (b, a)",
                    "CREATE TABLE keyless (a int, b json, c point)");
            TestDatabase source = Roles.heroku(sides.source());
            TestDatabase target = Roles.rds(sides.target());
            Settings settings = sides.settings()
                    .existingSchema()
                    .source(source.url())
                    .target(target.url())
                    .with("capture", "auto");
            try (Daemon daemon = Daemon.streaming(settings)) {
                assertThat(daemon.replicator().status().capture()).isEqualTo("trigger");
                for (int i = 0; i < KEYS.length; i++) {
                    change(source, tables.get(i), KEYS[i]);
                }
                source.execute(
                        "INSERT INTO composed SELECT n, 'b' || n, md5(n::text)::uuid, 0 FROM generate_series(1, 50) AS n",
                        "UPDATE composed SET v = 1 WHERE a % 2 = 0",
                        "UPDATE composed SET b = b || '!' WHERE a % 3 = 0",
                        "DELETE FROM composed WHERE a % 5 = 0",
                        "INSERT INTO indexed SELECT n, 'b' || n, 0 FROM generate_series(1, 50) AS n",
                        "UPDATE indexed SET a = a + 100 WHERE a % 2 = 0",
                        "DELETE FROM indexed WHERE a % 5 = 0",
                        "INSERT INTO keyless VALUES (1, '{\"a\": 1}', '(1,2)'), (1, '{\"a\": 1}', '(1,2)'), (NULL, NULL, NULL)",
                        "UPDATE keyless SET b = '[]' WHERE a IS NULL");
                sides.awaitEqualRows();
                source.execute("DELETE FROM keyless WHERE ctid = (SELECT min(ctid::text)::tid FROM keyless)");
                sides.awaitEqualRows();
                assertThat(daemon.replicator().status().warnings()).isEmpty();
            }
        }
    }

    private static void change(TestDatabase source, String table, String[] key) throws SQLException {
        try (Connection connection = source.connection();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO " + table + " VALUES (?, ?::text::" + key[0] + ")");
                Statement statement = connection.createStatement()) {
            statement.execute("SET DateStyle = 'ISO, DMY'; SET IntervalStyle = 'iso_8601'; SET bytea_output = 'escape';"
                    + " SET extra_float_digits = 0; SET TimeZone = 'Asia/Kathmandu'");
            for (int i = 1; i < 3; i++) {
                insert.setInt(1, i);
                insert.setString(2, key[i]);
                insert.execute();
            }
            statement.execute("UPDATE " + table + " SET v = v + 10");
            statement.execute("DELETE FROM " + table + " WHERE v = 11");
            if (key[3] != null) {
                insert.setInt(1, 3);
                insert.setString(2, key[3]);
                insert.execute();
            }
        }
    }
}
