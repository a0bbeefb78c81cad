package io.replicator.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.change.ReplicaIdentity;
import io.replicator.config.TableFilter;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.Side;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Roles;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogReaderIT {
    @ParameterizedTest
    @ValueSource(ints = {10, 13, 15, 18})
    void listsTablesThatHoldRows(int major) throws SQLException {
        TestDatabase database = Servers.source(major);
        database.execute(
                "CREATE TABLE ordinary (id int PRIMARY KEY)",
                "CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY)",
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "CREATE TABLE child () INHERITS (parent)",
                "CREATE TABLE root (id int, at date) PARTITION BY RANGE (at)",
                "CREATE TABLE middle PARTITION OF root FOR VALUES FROM ('2020-01-01') TO ('2030-01-01')"
                        + " PARTITION BY LIST (id)",
                "CREATE TABLE leaf PARTITION OF middle FOR VALUES IN (1, 2)",
                "CREATE TABLE empty_root (id int) PARTITION BY LIST (id)",
                "CREATE VIEW a_view AS SELECT * FROM ordinary",
                "CREATE SCHEMA replicator CREATE TABLE ours (id int PRIMARY KEY)",
                "CREATE EXTENSION file_fdw",
                "CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
                "CREATE FOREIGN TABLE outside (line text) SERVER files OPTIONS (filename '/dev/null')");

        Catalog catalog = read(database, TableFilter.ALL);

        assertThat(catalog.version().major()).isEqualTo(major);
        assertThat(catalog.tables())
                .extracting(table -> table.name().name())
                .containsExactly("child", "leaf", "ordinary", "parent", "unlogged");
        assertThat(table(catalog, "leaf").root()).isEqualTo(name("root"));
        assertThat(table(catalog, "child").root()).isNull();
        assertThat(table(catalog, "unlogged").unlogged()).isTrue();
        assertThat(table(catalog, "ordinary").unlogged()).isFalse();
        assertThat(catalog.partitionRoots()).containsExactly(name("root"));
        database.drop();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 13, 15, 18})
    void findsWhatIdentifiesARow(int major) throws SQLException {
        TestDatabase database = Servers.source(major);
        database.execute(
                "CREATE TABLE by_primary_key (b int, a int, c int UNIQUE, PRIMARY KEY (a, b))",
                "CREATE TABLE by_unique (a int NOT NULL, b int NOT NULL, UNIQUE (b, a))",
                "CREATE TABLE by_identity (a int PRIMARY KEY, b int NOT NULL CONSTRAINT by_b UNIQUE)",
                "ALTER TABLE by_identity REPLICA IDENTITY USING INDEX by_b",
                "CREATE TABLE full_row (a int)",
                "ALTER TABLE full_row REPLICA IDENTITY FULL",
                "CREATE TABLE turned_off (a int PRIMARY KEY)",
                "ALTER TABLE turned_off REPLICA IDENTITY NOTHING",
                "CREATE TABLE nullable (a int UNIQUE)",
                "CREATE TABLE partial (a int NOT NULL)",
                "CREATE UNIQUE INDEX ON partial (a) WHERE a > 0",
                "CREATE TABLE by_expression (a int NOT NULL)",
                "CREATE UNIQUE INDEX ON by_expression ((a + 1))",
                "CREATE TABLE deferred (a int PRIMARY KEY DEFERRABLE)",
                "CREATE TABLE excluding (a int4range, EXCLUDE USING gist (a WITH &&))");

        Catalog catalog = read(database, TableFilter.ALL);

        assertThat(table(catalog, "by_primary_key").key())
                .isEqualTo(new Key("by_primary_key_pkey", List.of("a", "b"), true));
        assertThat(table(catalog, "by_primary_key").identityUsable()).isTrue();
        assertThat(table(catalog, "by_primary_key").extraUnique()).isTrue();
        assertThat(table(catalog, "by_unique").key()).isEqualTo(new Key("by_unique_b_a_key", List.of("b", "a"), false));
        assertThat(table(catalog, "by_unique").identityUsable()).isFalse();
        assertThat(table(catalog, "by_unique").extraUnique()).isFalse();
        assertThat(table(catalog, "by_identity").key()).isEqualTo(new Key("by_b", List.of("b"), false));
        assertThat(table(catalog, "by_identity").identity()).isEqualTo(ReplicaIdentity.INDEX);
        assertThat(table(catalog, "by_identity").extraUnique()).isTrue();
        assertThat(table(catalog, "full_row").identityUsable()).isTrue();
        assertThat(table(catalog, "turned_off").key()).isNotNull();
        assertThat(table(catalog, "turned_off").identityUsable()).isFalse();
        for (String keyless : List.of("nullable", "partial", "by_expression", "deferred", "excluding", "full_row")) {
            assertThat(table(catalog, keyless).key()).as(keyless).isNull();
        }
        assertThat(table(catalog, "excluding").extraUnique()).isTrue();
        assertThat(table(catalog, "deferred").identityUsable()).isFalse();
        database.drop();
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 18})
    void leavesIncludedColumnsOutOfTheKeyAndGeneratedOnesUnwritten(int major) throws SQLException {
        TestDatabase database = Servers.source(major);
        database.execute(
                "CREATE TABLE t (a int NOT NULL, b int, g int GENERATED ALWAYS AS (a * 2) STORED,"
                        + " i int GENERATED ALWAYS AS IDENTITY)",
                "CREATE UNIQUE INDEX t_a ON t (a) INCLUDE (b)");

        Table table = table(read(database, TableFilter.ALL), "t");

        assertThat(table.key()).isEqualTo(new Key("t_a", List.of("a"), false));
        assertThat(table.writableColumns()).extracting(Column::name).containsExactly("a", "b", "i");
        assertThat(table.columns().getLast().identityAlways()).isTrue();
        database.drop();
    }

    @Test
    void distrustsWhatPostgres18HasNotValidated() throws SQLException {
        TestDatabase database = Servers.source(18);
        database.execute(
                "CREATE TABLE t (a int UNIQUE)",
                "ALTER TABLE t ADD CONSTRAINT later NOT NULL a NOT VALID",
                "CREATE TABLE periods (during int4range, id int4range, PRIMARY KEY (id, during WITHOUT OVERLAPS))");

        Catalog catalog = read(database, TableFilter.ALL);

        assertThat(table(catalog, "t").key()).isNull();
        assertThat(table(catalog, "periods").key()).isNull();
        assertThat(table(catalog, "periods").extraUnique()).isTrue();
        database.drop();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 13, 15, 18})
    void knowsWhichTypesHaveOneBinaryFormEverywhere(int major) throws SQLException {
        TestDatabase database = Servers.source(major);
        database.execute(
                "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                "CREATE DOMAIN positive AS int CHECK (value > 0)",
                "CREATE DOMAIN file AS regclass",
                "CREATE TYPE pair AS (a int, b text)",
                "CREATE EXTENSION citext",
                "CREATE TABLE portable (a int8, b text, c numeric(10, 2), d jsonb, e uuid, f timestamptz, g interval,"
                        + " h name, i point, j int4range, k mood, l positive, m int[], n bit(3), o inet, p tsvector,"
                        + " q varchar(3)[], r \"char\")",
                "CREATE TABLE not_portable (a regclass, b pair, c citext, d oidvector, e file, f regtype[], g citext[])",
                "CREATE TABLE from_14 (a mood[])");

        Catalog catalog = read(database, TableFilter.ALL);

        assertThat(table(catalog, "portable").columns())
                .allSatisfy(column ->
                        assertThat(column.portableBinary()).as(column.type()).isTrue());
        assertThat(table(catalog, "not_portable").columns())
                .allSatisfy(column ->
                        assertThat(column.portableBinary()).as(column.type()).isFalse());
        assertThat(table(catalog, "from_14").columns().getFirst().portableBinary())
                .isEqualTo(major >= 14);
        assertThat(table(catalog, "portable").columns())
                .extracting(Column::type)
                .contains("numeric(10,2)", "public.mood", "character varying(3)[]");
        database.drop();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 15, 18})
    void readsSequencesAsTheyAreNow(int major) throws SQLException {
        TestDatabase database = Servers.source(major);
        database.execute(
                "CREATE SEQUENCE fresh START 7",
                "CREATE SEQUENCE called INCREMENT 3 MAXVALUE 1000 CACHE 5 CYCLE",
                "SELECT nextval('called')",
                "CREATE SEQUENCE set_aside",
                "SELECT setval('set_aside', 42, false)",
                "CREATE SEQUENCE down INCREMENT -2 MINVALUE -50 MAXVALUE 5",
                "CREATE TABLE t (id int GENERATED BY DEFAULT AS IDENTITY)",
                "INSERT INTO t DEFAULT VALUES");

        List<Sequence> sequences = read(database, TableFilter.ALL).sequences();

        assertThat(sequences)
                .containsExactly(
                        new Sequence(name("called"), 13, true, 3, 1, 1000, 1, 5, true),
                        new Sequence(name("down"), 5, false, -2, -50, 5, 5, 1, false),
                        new Sequence(name("fresh"), 7, false, 1, 1, Long.MAX_VALUE, 7, 1, false),
                        new Sequence(name("set_aside"), 42, false, 1, 1, Long.MAX_VALUE, 1, 1, false),
                        new Sequence(name("t_id_seq"), 1, true, 1, 1, Integer.MAX_VALUE, 1, 1, false));
        database.drop();
    }

    @Test
    void readsThousandsOfSequencesWithoutKeepingTheirLocks() throws SQLException {
        TestDatabase database = Servers.source(15);
        database.execute(IntStream.range(0, 600)
                .mapToObj(number -> "CREATE SEQUENCE s" + number)
                .toArray(String[]::new));
        try (Database product = Endpoints.database(Side.SOURCE, database.url());
                Connection connection = product.open("test")) {
            connection.setAutoCommit(false);

            assertThat(CatalogReader.sequences(connection)).hasSize(600);

            try (Statement statement = connection.createStatement();
                    ResultSet locks = statement.executeQuery(
                            "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
                                    + " WHERE l.pid = pg_backend_pid() AND c.relkind = 'S'")) {
                locks.next();
                assertThat(locks.getInt(1)).isZero();
            }
        }
        database.drop();
    }

    @Test
    void filtersLeavesByTheirRootAndSequencesByTheirTable() throws SQLException {
        TestDatabase database = Servers.source(15);
        database.execute(
                "CREATE TABLE events (id serial, at date) PARTITION BY RANGE (at)",
                "CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
                "CREATE TABLE sessions (id bigserial PRIMARY KEY)",
                "CREATE SEQUENCE numbers",
                "CREATE TABLE invoices (number bigint DEFAULT nextval('numbers') PRIMARY KEY)",
                "CREATE SEQUENCE lonely");

        Catalog events = read(database, new TableFilter(List.of("public.events"), List.of()));
        Catalog others = read(database, new TableFilter(List.of("*"), List.of("events", "sessions")));

        assertThat(events.tables()).extracting(Table::name).containsExactly(name("events_2024"));
        assertThat(events.sequences()).extracting(Sequence::name).containsExactly(name("events_id_seq"));
        assertThat(others.tables()).extracting(Table::name).containsExactly(name("invoices"));
        assertThat(others.partitionRoots()).isEmpty();
        assertThat(others.sequences()).extracting(Sequence::name).containsExactly(name("lonely"), name("numbers"));
        database.drop();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 18})
    void ordersMaterializedViewsByWhatTheyDependOn(int major) throws SQLException {
        TestDatabase database = Servers.source(major);
        database.execute(
                "CREATE TABLE t (a int)",
                "CREATE VIEW plain AS SELECT * FROM t",
                "CREATE MATERIALIZED VIEW z_first AS SELECT * FROM plain",
                "CREATE VIEW between AS SELECT * FROM z_first",
                "CREATE MATERIALIZED VIEW a_second AS SELECT b.a FROM between b, t WITH NO DATA",
                "CREATE MATERIALIZED VIEW b_third AS SELECT s.a FROM a_second s, z_first WITH NO DATA");

        assertThat(read(database, TableFilter.ALL).materializedViews())
                .containsExactly(
                        new MaterializedView(name("z_first"), true, 0),
                        new MaterializedView(name("a_second"), false, 1),
                        new MaterializedView(name("b_third"), false, 2));
        database.drop();
    }

    @Test
    void seesTheStructureOfTablesThatItMayNotRead() throws SQLException {
        TestDatabase database = Servers.source(15);
        database.execute("CREATE TABLE secret (a int PRIMARY KEY)", "INSERT INTO secret SELECT generate_series(1, 9)");
        database.execute("ANALYZE secret");
        TestDatabase other = Roles.plain(Servers.source(15));
        TestDatabase stranger = database.as(other.user());

        try (Database product = Endpoints.database(Side.SOURCE, stranger.url());
                Connection connection = product.open("test")) {
            assertThat(CatalogReader.tables(connection, TableFilter.ALL))
                    .singleElement()
                    .satisfies(table -> {
                        assertThat(table.estimatedRows()).isEqualTo(9);
                        assertThat(table.bytes()).isPositive();
                        assertThat(table.filenode()).isPositive();
                    });
        }
        database.drop();
    }

    private static Catalog read(TestDatabase database, TableFilter filter) throws SQLException {
        try (Database product = Endpoints.database(Side.SOURCE, database.url());
                Connection connection = product.open("test")) {
            return CatalogReader.read(connection, filter);
        }
    }

    private static Table table(Catalog catalog, String name) {
        return Objects.requireNonNull(catalog.table(name(name)), name);
    }

    private static QualifiedName name(String name) {
        return new QualifiedName("public", name);
    }
}
