package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cli.demo.ComparisonOptions;
import io.replicator.cli.demo.DatabaseComparison;
import io.replicator.cli.demo.Ledger;
import io.replicator.cli.demo.PostgresServer;
import io.replicator.cli.demo.ShopData;
import io.replicator.cli.demo.ShopSchema;
import io.replicator.cli.demo.ShopWorkload;
import io.replicator.cli.demo.WriterOptions;
import io.replicator.cli.demo.WriterReport;
import io.replicator.cli.demo.Writers;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WritersIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final double SCALE = 0.02;

    private final long seed = ThreadLocalRandom.current().nextInt(1_000_000);

    @ParameterizedTest
    @ValueSource(ints = {10, 13, 15, 17, 18})
    void countsEveryCommitInTheShop(int major) throws SQLException {
        TestDatabase database = shop(Servers.source(major));
        try (Writers writers = Writers.start(database::url, ShopWorkload.everything(), options())) {
            writers.awaitCommits(500, LIMIT);
            assertCounted(writers, database);
            assertThat(writers.report().errors().keySet())
                    .as("%s %s", this, writers.errorMessages())
                    .isSubsetOf("40P01", "40001");
        } finally {
            database.drop();
        }
    }

    @Test
    void fillsTheSameRowsFromTheSameSeedOnEveryMajor() throws SQLException {
        TestDatabase old = shop(Servers.source(13));
        TestDatabase recent = shop(Roles.heroku(Servers.target(18)));
        try (Connection left = old.connection();
                Connection right = recent.connection()) {
            DatabaseComparison.compare(left, right, ComparisonOptions.afterCutover())
                    .assertEqual();
        }
        old.drop();
        recent.drop();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 18})
    void countsEveryCommitOfRandomWritersInAnyTables(int major) throws SQLException {
        TestDatabase database = shop(Servers.source(major));
        Chinook.load(database);
        assertThat(database.number("SELECT count(*) FROM track")).isEqualTo(3503);
        try (Writers writers = Writers.start(database::url, RandomWorkload.of(database), options())) {
            writers.awaitCommits(500, LIMIT);
            assertCounted(writers, database);
            assertThat(writers.report().errors().keySet())
                    .as("%s %s", this, writers.errorMessages())
                    .isSubsetOf("40P01", "40001");
        } finally {
            database.drop();
        }
    }

    @Test
    void countsEveryCommitWhenConnectionsBreakAndTheServerCrashes() throws SQLException {
        try (PostgresServer server = Servers.own(17);
                FaultProxy proxy = FaultProxy.before(server.address())) {
            TestDatabase database = shop(Servers.database(server));
            try (Writers writers = Writers.start(() -> proxy.url(database), ShopWorkload.everything(), options())) {
                for (int i = 0; i < 20; i++) {
                    writers.awaitCommits(20, LIMIT);
                    proxy.cut();
                }
                server.kill();
                server.start();
                writers.awaitCommits(20, LIMIT);
                assertCounted(writers, database);
                assertThat(writers.report().connectionLosses()).isGreaterThan(20);
            }
        }
    }

    @Test
    void followsTheUrlWhenRefusedAndNoticesALostTransaction() throws SQLException {
        TestDatabase before = shop(Servers.source(17));
        TestDatabase after = shop(Servers.target(17));
        AtomicReference<TestDatabase> current = new AtomicReference<>(before);
        try (Writers writers = Writers.start(() -> current.get().url(), ShopWorkload.everything(), options())) {
            writers.awaitCommits(100, LIMIT);
            before.execute(
                    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                            + " RAISE EXCEPTION 'moved' USING ERRCODE = '25006'; END $$",
                    "CREATE TRIGGER refuse BEFORE UPDATE ON writer_ledger EXECUTE PROCEDURE refuse()");
            Await.until("every writer is refused", LIMIT, () -> writers.report().refused() > 10);
            long committed = writers.committed();
            after.execute("INSERT INTO writer_ledger VALUES ('writer-1', -5)");
            current.set(after);
            writers.awaitCommits(100, LIMIT);
            WriterReport report = writers.stop(LIMIT);
            assertThat(before.number("SELECT sum(committed) FROM writer_ledger"))
                    .isEqualTo(committed);
            assertThat(report.violations()).as("%s", this).hasSize(4).anyMatch(line -> line.contains("holds -5"));
            assertThat(report.longestWait()).isGreaterThan(report.longestTransaction());
        } finally {
            before.drop();
            after.drop();
        }
    }

    @Test
    void stopsWhenRefusedIfAsked() throws SQLException {
        TestDatabase database = shop(Servers.source(17));
        database.execute("ALTER DATABASE " + database.name() + " SET default_transaction_read_only = on");
        try (Writers writers = Writers.start(
                database::url, ShopWorkload.everything(), options().stoppingWhenRefused())) {
            Await.until("all writers are refused", LIMIT, () -> writers.report().refused() == 4);
            assertThat(writers.stop(LIMIT).committed()).isZero();
        } finally {
            database.drop();
        }
    }

    @Test
    void keepsTheirPaceAndEndsThoseThatHang() throws SQLException {
        TestDatabase database = shop(Servers.source(17));
        try (Connection blocker = database.connection();
                Writers writers = Writers.start(
                        database::url,
                        ShopWorkload.everything(),
                        options().atRate(100).named("slow"))) {
            writers.awaitCommits(20, LIMIT);
            blocker.setAutoCommit(false);
            blocker.createStatement().execute("LOCK TABLE writer_ledger");
            Await.until("writers wait", LIMIT, () -> writers.longestWait().toMillis() > 200);
            WriterReport report = writers.stop(Duration.ofMillis(100));
            assertThat(report.undecided()).isZero();
            blocker.rollback();
            assertCounted(writers, database);
        } finally {
            database.drop();
        }
    }

    private void assertCounted(Writers writers, TestDatabase database) throws SQLException {
        WriterReport report = writers.stop(LIMIT);
        assertThat(report.violations()).as("%s", this).isEmpty();
        assertThat(report.undecided()).isZero();
        try (Connection connection = database.connection()) {
            assertThat(Ledger.total(connection)).as("%s", this).isEqualTo(report.committed());
        }
    }

    private WriterOptions options() {
        return WriterOptions.of(4, seed);
    }

    private static TestDatabase shop(TestDatabase database) throws SQLException {
        try (Connection connection = database.connection()) {
            ShopSchema.create(connection);
            ShopData.fill(connection, SCALE, 42);
        }
        return database;
    }

    @Override
    public String toString() {
        return "seed " + seed;
    }
}
