package io.replicator.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.cli.demo.Sql;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyLevel;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.ServerVersion;
import io.replicator.postgres.Side;
import io.replicator.testkit.Await;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions inside snapshots, and what may happen to them. */
@Timeout(120)
final class SnapshotsIT {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private BothSides sides;
    private Connection source;
    private Connection target;

    @BeforeEach
    void fillBothSides() throws SQLException {
        sides = new BothSides(Servers.source(17), Servers.target(18));
        sides.execute(
                "CREATE TABLE big AS SELECT n AS id, repeat('x', 1000) AS filler FROM generate_series(1, 8000) n",
                "CREATE TABLE first (id integer PRIMARY KEY)",
                "INSERT INTO first SELECT generate_series(1, 10)",
                "CREATE TABLE second (id integer PRIMARY KEY)",
                "INSERT INTO second SELECT generate_series(1, 20)");
        source = BothSides.open(Side.SOURCE, sides.source());
        target = BothSides.open(Side.TARGET, sides.target());
    }

    @AfterEach
    void dropBothSides() throws SQLException {
        source.close();
        target.close();
        sides.close();
    }

    @Test
    void laterChangesAreNotSeen() throws SQLException, InterruptedException {
        BothSides.fixSnapshot(source);
        BothSides.fixSnapshot(target);
        sides.source().execute("INSERT INTO first VALUES (11)", "UPDATE second SET id = id + 100");
        sides.target().execute("DELETE FROM first");
        assertThat(BothSides.lines(compare(VerifyLevel.CHECKSUM))).isEmpty();
        assertThat(BothSides.lines(sides.compare(VerifyLevel.COUNTS)))
                .containsExactly("public.first: rows: 11 on the source, 0 on the target");
    }

    @Test
    void tableTruncatedBehindTheSnapshotIsNotCompared() throws SQLException, InterruptedException {
        BothSides.fixSnapshot(source);
        BothSides.fixSnapshot(target);
        sides.execute("TRUNCATE first");
        sides.target().execute("ALTER TABLE second ALTER COLUMN id TYPE bigint");
        List<TableComparison> comparisons = compare(VerifyLevel.COUNTS);
        assertThat(BothSides.lines(comparisons))
                .containsExactly(
                        "public.first: not compared: source: the table was rewritten or truncated after the snapshot"
                                + " was taken; target: the table was rewritten or truncated after the snapshot was taken",
                        "public.second: not compared: target: the table was rewritten or truncated after the snapshot"
                                + " was taken");
        assertThat(comparisons)
                .filteredOn(TableComparison::compared)
                .extracting(comparison -> comparison.table().name())
                .containsExactly("big");
    }

    @Test
    void rewriteBeforeAComparisonWithoutSnapshotsDoesNotMatter() throws SQLException, InterruptedException {
        Catalog sourceCatalog = CatalogReader.read(source, TableFilter.ALL);
        Catalog targetCatalog = CatalogReader.read(target, TableFilter.ALL);
        sides.execute("VACUUM FULL first", "TRUNCATE second");
        assertThat(BothSides.lines(comparer(null).compare(sourceCatalog.tables(), targetCatalog, VerifyLevel.CHECKSUM)))
                .isEmpty();
        assertThat(source.getAutoCommit()).isTrue();
        assertThat(target.getAutoCommit()).isTrue();
    }

    @Test
    void unreadableTableIsNotComparedAndTheSnapshotSurvives() throws SQLException, InterruptedException {
        TestDatabase reader = sides.source().as("verify_reader");
        sides.source().execute("CREATE ROLE verify_reader LOGIN", "GRANT SELECT ON big, second TO verify_reader");
        try (Connection limited = BothSides.open(Side.SOURCE, reader)) {
            BothSides.fixSnapshot(limited);
            BothSides.fixSnapshot(target);
            sides.source().execute("INSERT INTO second VALUES (21)");
            List<TableComparison> comparisons =
                    BothSides.compare(VerifyLevel.CHECKSUM, null, List.of(new ConnectionPair(limited, target)));
            assertThat(BothSides.lines(comparisons))
                    .containsExactly("public.first: not compared: source: ERROR: permission denied for table first"
                            + " (SQLSTATE 42501)");
            assertThat(Sql.number(limited, "SELECT count(*) FROM public.second"))
                    .isEqualTo(20);
        } finally {
            sides.source().execute("DROP OWNED BY verify_reader", "DROP ROLE verify_reader");
        }
    }

    @Test
    void settingsAndLocksEndWithTheComparison() throws SQLException, InterruptedException {
        BothSides.fixSnapshot(source);
        BothSides.fixSnapshot(target);
        BothSides.compare(VerifyLevel.CHECKSUM, Duration.ofSeconds(30), List.of(new ConnectionPair(source, target)));
        assertThat(Sql.text(source, "SHOW statement_timeout")).isEqualTo("0");
        assertThat(
                        Sql.number(
                                source,
                                "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'public.first'::regclass"))
                .isZero();
    }

    @Test
    void tableThatTakesTooLongIsNotComparedAndTheOthersAre() throws SQLException, InterruptedException {
        BothSides.fixSnapshot(source);
        BothSides.fixSnapshot(target);
        try (Connection locking = sides.target().connection();
                Statement lock = locking.createStatement()) {
            Catalog sourceCatalog = CatalogReader.read(source, TableFilter.ALL);
            Catalog targetCatalog = CatalogReader.read(target, TableFilter.ALL);
            locking.setAutoCommit(false);
            lock.execute("LOCK TABLE first, big IN ACCESS EXCLUSIVE MODE");
            List<TableComparison> comparisons =
                    comparer(Duration.ofSeconds(2)).compare(sourceCatalog.tables(), targetCatalog, VerifyLevel.BOUNDS);
            assertThat(BothSides.lines(comparisons))
                    .containsExactly(
                            "public.big: not compared: target: ERROR: canceling statement due to statement timeout"
                                    + " (SQLSTATE 57014)",
                            "public.first: not compared: target: ERROR: canceling statement due to statement timeout"
                                    + " (SQLSTATE 57014)");
            assertThat(comparisons).extracting(TableComparison::sourceRows).containsExactly(8000L, 10L, 20L);
            locking.rollback();
        }
        assertThat(Sql.number(target, "SELECT count(*) FROM public.first")).isEqualTo(10);
    }

    @Test
    void interruptEndsRunningStatements() throws Exception {
        Catalog sourceCatalog = CatalogReader.read(source, TableFilter.ALL);
        Catalog targetCatalog = CatalogReader.read(target, TableFilter.ALL);
        try (ExecutorService executor = Executors.newSingleThreadExecutor();
                Connection locking = sides.target().connection();
                Statement lock = locking.createStatement()) {
            locking.setAutoCommit(false);
            lock.execute("LOCK TABLE second IN ACCESS EXCLUSIVE MODE");
            Future<Throwable> outcome = executor.submit(() -> catchThrowable(
                    () -> comparer(null).compare(sourceCatalog.tables(), targetCatalog, VerifyLevel.COUNTS)));
            Await.until(
                    "the comparison waits for the lock",
                    LIMIT,
                    () -> sides.target().number("SELECT count(*) FROM pg_locks WHERE NOT granted") == 1);
            long start = System.nanoTime();
            executor.shutdownNow();
            assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            assertThat(sides.target().number("SELECT count(*) FROM pg_locks WHERE NOT granted"))
                    .isZero();
            assertThat(source.isValid(5)).isTrue();
            assertThat(target.isValid(5)).isTrue();
        }
    }

    @Test
    void lostSessionIsAnErrorAndNotADifference() throws SQLException {
        long pid = Sql.number(target, "SELECT pg_backend_pid()");
        Catalog sourceCatalog = CatalogReader.read(source, TableFilter.ALL);
        Catalog targetCatalog = CatalogReader.read(target, TableFilter.ALL);
        BothSides.fixSnapshot(source);
        BothSides.fixSnapshot(target);
        DatabaseComparer comparer = comparer(null);
        sides.target().number("SELECT pg_terminate_backend(?::integer)::integer", pid);
        assertThatThrownBy(() -> comparer.compare(sourceCatalog.tables(), targetCatalog, VerifyLevel.COUNTS))
                .isInstanceOfSatisfying(
                        ReplicatorException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.CONNECTION_FAILED));
    }

    @Test
    void manyTablesAreSharedBySeveralPairs() throws SQLException, InterruptedException {
        List<String> tables = new ArrayList<>();
        for (int table = 0; table < 300; table++) {
            tables.add("CREATE TABLE many_" + table + " AS SELECT generate_series(1, " + table + ") AS id");
        }
        sides.execute(tables.toArray(String[]::new));
        String sourceSnapshot = BothSides.fixSnapshot(source);
        String targetSnapshot = BothSides.fixSnapshot(target);
        sides.execute("DELETE FROM many_7");
        sides.target().execute("INSERT INTO many_8 VALUES (1)");
        try (Connection otherSource = BothSides.open(Side.SOURCE, sides.source());
                Connection otherTarget = BothSides.open(Side.TARGET, sides.target())) {
            BothSides.importSnapshot(otherSource, sourceSnapshot);
            BothSides.importSnapshot(otherTarget, targetSnapshot);
            List<TableComparison> comparisons = BothSides.compare(
                    VerifyLevel.CHECKSUM,
                    null,
                    List.of(new ConnectionPair(source, target), new ConnectionPair(otherSource, otherTarget)));
            assertThat(BothSides.lines(comparisons)).isEmpty();
            assertThat(comparisons).hasSize(303);
        }
    }

    private List<TableComparison> compare(VerifyLevel level) throws SQLException, InterruptedException {
        return BothSides.compare(level, null, List.of(new ConnectionPair(source, target)));
    }

    private DatabaseComparer comparer(@Nullable Duration limit) throws SQLException {
        return new DatabaseComparer(
                List.of(new ConnectionPair(source, target)), ServerVersion.of(source), ServerVersion.of(target), limit);
    }
}
