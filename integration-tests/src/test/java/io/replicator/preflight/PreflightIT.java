package io.replicator.preflight;

import static io.replicator.preflight.PreflightScene.assertFound;
import static io.replicator.preflight.PreflightScene.drop;
import static io.replicator.preflight.PreflightScene.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cli.demo.PostgresServer;
import io.replicator.config.SchemaConfig.Mode;
import io.replicator.preflight.Finding.Severity;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the checks say of tables, servers and settings, and that they change nothing. */
class PreflightIT {
    @ParameterizedTest
    @CsvSource({"10, 18", "13, 17", "15, 18"})
    void findsNothingWrongWithAGoodPair(int sourceMajor, int targetMajor) throws SQLException {
        TestDatabase source = Servers.source(sourceMajor);
        TestDatabase target = Servers.target(targetMajor);
        source.execute("CREATE TABLE t (id int PRIMARY KEY)", "CREATE EXTENSION citext");
        target.execute("CREATE TABLE t (id int PRIMARY KEY)", "CREATE EXTENSION citext");

        List<Finding> findings = run(source, target, Mode.EXISTING);

        assertThat(findings).extracting(Finding::severity).containsOnly(Severity.PASS);
        assertThat(findings)
                .extracting(Finding::id)
                .isSorted()
                .doesNotHaveDuplicates()
                .contains("both.same_database", "source.connection", "source.wal_level", "target.tables_empty");
        drop(source, target);
    }

    @Test
    void tellsEveryProblemAtOnceEachWithItsFix() throws SQLException {
        TestDatabase source = Servers.source(15);
        TestDatabase target = Servers.target(17);
        source.execute(
                "CREATE TABLE keyless (a int)",
                "CREATE TABLE by_unique (a int NOT NULL UNIQUE)",
                "CREATE TABLE turned_off (a int PRIMARY KEY)",
                "ALTER TABLE turned_off REPLICA IDENTITY NOTHING",
                "CREATE TABLE whole (a int)",
                "ALTER TABLE whole REPLICA IDENTITY FULL",
                "CREATE UNLOGGED TABLE volatile (a int PRIMARY KEY)",
                "CREATE TABLE session (id int PRIMARY KEY)",
                "CREATE TABLE refers (id int PRIMARY KEY, s int CONSTRAINT refers_session REFERENCES session)",
                "SELECT lo_create(0)");
        target.execute("CREATE TABLE keyless (a int)", "INSERT INTO keyless VALUES (1)");

        List<Finding> findings = run(source, target, Mode.COPY, "public.session");

        assertFound(
                findings,
                Severity.FAIL,
                "source.replica_identity",
                "public.by_unique",
                "ALTER TABLE \"public\".\"by_unique\" REPLICA IDENTITY USING INDEX \"by_unique_a_key\";");
        assertFound(
                findings,
                Severity.FAIL,
                "source.replica_identity",
                "public.keyless",
                "ALTER TABLE \"public\".\"keyless\" REPLICA IDENTITY FULL;");
        assertFound(
                findings,
                Severity.FAIL,
                "source.replica_identity",
                "public.turned_off",
                "ALTER TABLE \"public\".\"turned_off\" REPLICA IDENTITY DEFAULT;");
        assertFound(findings, Severity.WARN, "source.replica_identity", "public.whole", "PRIMARY KEY");
        assertFound(
                findings,
                Severity.FAIL,
                "source.unlogged",
                "public.volatile",
                "ALTER TABLE \"public\".\"volatile\" SET LOGGED;");
        assertFound(findings, Severity.WARN, "source.large_objects", "1 large object", "vacuumlo");
        assertFound(findings, Severity.WARN, "target.foreign_keys", "refers_session", "public.session");
        assertFound(
                findings,
                Severity.FAIL,
                "target.tables_absent",
                "rows are in public.keyless",
                "DROP TABLE \"public\".\"keyless\";");
        drop(source, target);
    }

    @Test
    void fixesOfReplicaIdentitiesMendThem() throws SQLException {
        TestDatabase source = Servers.source(15);
        TestDatabase target = Servers.target(17);
        source.execute(
                "CREATE TABLE by_unique (a int NOT NULL UNIQUE)",
                "CREATE TABLE turned_off (a int PRIMARY KEY)",
                "ALTER TABLE turned_off REPLICA IDENTITY NOTHING",
                "CREATE UNLOGGED TABLE volatile (a int PRIMARY KEY)");
        for (Finding finding : run(source, target, Mode.COPY)) {
            if (finding.id().equals("source.replica_identity") || finding.id().equals("source.unlogged")) {
                source.execute(finding.fix().substring(0, finding.fix().indexOf(';')));
            }
        }

        assertThat(run(source, target, Mode.COPY))
                .filteredOn(finding -> finding.id().equals("source.replica_identity")
                        || finding.id().equals("source.unlogged"))
                .extracting(Finding::severity)
                .containsOnly(Severity.PASS);
        drop(source, target);
    }

    @Test
    void reportsAnEndThatCannotBeReachedOnceAndChecksTheOther() throws SQLException {
        TestDatabase source = Servers.source(15);
        TestDatabase target = Servers.target(17);
        source.execute("CREATE TABLE keyless (a int)");
        String missing = target.url().replace(target.name(), "no_such_database");
        String refused = "postgresql://nobody:s3cret@localhost:1/nothing";

        List<Finding> withoutDatabase = run(source.url(), missing, Mode.COPY, false);
        List<Finding> withoutServer = run(refused, refused, Mode.COPY, false);

        assertThat(withoutDatabase)
                .filteredOn(finding -> finding.severity() == Severity.ERROR)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.id()).isEqualTo("target.connection");
                    assertThat(finding.observed()).contains("no_such_database");
                    assertThat(finding.fix()).startsWith("createdb -h ");
                });
        assertFound(withoutDatabase, Severity.FAIL, "source.replica_identity", "public.keyless", "FULL");
        assertThat(withoutServer)
                .filteredOn(finding -> finding.severity() == Severity.ERROR)
                .extracting(Finding::id)
                .containsExactly("source.connection", "target.connection");
        assertThat(withoutServer.toString()).doesNotContain("s3cret");
        drop(source, target);
    }

    @Test
    void refusesTheSameDatabaseOnBothEndsWithoutJudgingItsTables() throws SQLException {
        TestDatabase source = Servers.source(15);
        TestDatabase other = Servers.source(15);
        source.execute("CREATE TABLE t (id int PRIMARY KEY)");

        List<Finding> same = run(source, source, Mode.COPY);
        List<Finding> neighbours = run(source, other, Mode.COPY);

        assertFound(same, Severity.FAIL, "both.same_database", source.name(), "target.url");
        assertThat(same.toString()).doesNotContain("DROP TABLE");
        assertFound(neighbours, Severity.PASS, "both.same_database", "two databases", "");
        drop(source, other);
    }

    @Test
    void comparesTablesThatAreThereAlready() throws SQLException {
        TestDatabase source = Servers.source(15);
        TestDatabase target = Servers.target(17);
        source.execute(
                "CREATE TABLE missing (id int PRIMARY KEY)",
                "CREATE TABLE t (id int PRIMARY KEY, a int, b text, g int GENERATED ALWAYS AS (id) STORED)",
                "CREATE TABLE by_other_key (x int, y int, PRIMARY KEY (x, y))",
                "CREATE TABLE filled (id int PRIMARY KEY)");
        target.execute(
                "CREATE TABLE t (id int, a bigint, g int, extra int NOT NULL)",
                "CREATE TABLE by_other_key (z int PRIMARY KEY DEFAULT 1, x int, y int, UNIQUE (y, x))",
                "CREATE TABLE filled (id int PRIMARY KEY)",
                "INSERT INTO filled VALUES (1)");

        List<Finding> findings = run(source, target, Mode.EXISTING);

        assertFound(findings, Severity.FAIL, "target.tables", "table public.missing is missing", "schema: copy");
        assertFound(
                findings,
                Severity.WARN,
                "target.tables",
                "column a of table public.t is integer on the source and bigint",
                "TYPE integer;");
        assertFound(
                findings,
                Severity.FAIL,
                "target.tables",
                "column b of table public.t is missing",
                "ADD COLUMN \"b\" text;");
        assertFound(
                findings,
                Severity.FAIL,
                "target.tables",
                "column g of table public.t is generated on the source only",
                "DROP COLUMN");
        assertFound(findings, Severity.WARN, "target.tables", "column extra of table public.t", "DROP NOT NULL;");
        assertFound(
                findings,
                Severity.FAIL,
                "target.tables",
                "public.t has no unique index on its key (id)",
                "ADD PRIMARY KEY (\"id\");");
        assertFound(
                findings,
                Severity.FAIL,
                "target.tables_empty",
                "1 table: public.filled",
                "TRUNCATE \"public\".\"filled\"; or: schema: { mode: existing, truncate: true }");
        assertThat(findings).noneMatch(finding -> finding.observed().contains("by_other_key has no unique index"));
        drop(source, target);
    }

    @Test
    void aStartedMigrationMayHaveItsTablesAndItsSlot() throws SQLException {
        TestDatabase source = Servers.source(15);
        TestDatabase target = Servers.target(17);
        source.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        target.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        source.text("SELECT pg_create_logical_replication_slot('replicator_test', 'pgoutput')::text");

        List<Finding> before = run(source.url(), target.url(), Mode.COPY, false);
        List<Finding> after = run(source.url(), target.url(), Mode.COPY, true);

        assertFound(before, Severity.FAIL, "target.tables_absent", "public.t", "schema: existing");
        assertFound(before, Severity.WARN, "source.slot", "left over", "pg_drop_replication_slot('replicator_test')");
        assertThat(after).extracting(Finding::severity).containsOnly(Severity.PASS);
        drop(source, target);
    }

    @Test
    void namesPreparedTransactionsAndPassesOverShortOnes() throws SQLException {
        TestDatabase source = Servers.source(15);
        TestDatabase target = Servers.target(17);
        source.execute("CREATE TABLE t (id int PRIMARY KEY)");
        source.execute("BEGIN", "INSERT INTO t VALUES (1)", "PREPARE TRANSACTION 'forgotten'");
        try (Connection open = source.connection();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("INSERT INTO t VALUES (2)");

            List<Finding> findings = run(source, target, Mode.COPY);

            assertFound(
                    findings, Severity.WARN, "source.transactions", "'forgotten'", "ROLLBACK PREPARED 'forgotten';");
            assertThat(findings).noneMatch(finding -> finding.fix().contains("pg_terminate_backend"));
        }
        source.execute("ROLLBACK PREPARED 'forgotten'");
        drop(source, target);
    }

    @Test
    void namesServerSettingsThatStandInTheWay() throws SQLException {
        try (PostgresServer server = Servers.own(15)) {
            TestDatabase source = Servers.database(server);
            TestDatabase target = Servers.target(17);
            source.execute(
                    "CREATE TABLE t (id int PRIMARY KEY)",
                    "ALTER SYSTEM SET wal_level = replica",
                    "ALTER SYSTEM SET max_wal_senders = 1",
                    "ALTER SYSTEM SET max_replication_slots = 0",
                    "ALTER SYSTEM SET max_slot_wal_keep_size = '1GB'",
                    "ALTER SYSTEM SET wal_sender_timeout = 0",
                    "ALTER SYSTEM SET max_connections = 8");
            server.stop();
            server.start();

            List<Finding> findings = run(source, target, Mode.COPY);

            assertFound(
                    findings, Severity.FAIL, "source.wal_level", "replica", "ALTER SYSTEM SET wal_level = logical;");
            assertFound(findings, Severity.WARN, "source.wal_senders", "1 of 1", "max_wal_senders = 2;");
            assertFound(findings, Severity.FAIL, "source.replication_slots", "0 of 0", "max_replication_slots = 2;");
            assertFound(findings, Severity.WARN, "source.slot_limits", "1GB", "max_slot_wal_keep_size = -1;");
            assertFound(findings, Severity.WARN, "source.slot_limits", "wal_sender_timeout = 0", "'60s'");
            assertFound(findings, Severity.FAIL, "source.connections", "are needed", "max_connections");
            target.drop();
        }
    }

    @Test
    void changesNothing() throws SQLException {
        TestDatabase source = Servers.source(15);
        TestDatabase target = Servers.target(17);
        source.execute("CREATE TABLE t (id int PRIMARY KEY)");
        String everything = "SELECT count(*) FROM pg_class";
        long sourceBefore = source.number(everything);
        long targetBefore = target.number(everything);

        run(source, target, Mode.COPY);

        assertThat(source.number(everything)).isEqualTo(sourceBefore);
        assertThat(target.number(everything)).isEqualTo(targetBefore);
        assertThat(source.number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
                .isZero();
        drop(source, target);
    }
}
