package io.replicator.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.apply.ApplyStatistics;
import io.replicator.apply.LaneFleet;
import io.replicator.apply.LaneRouter;
import io.replicator.apply.TableStarts;
import io.replicator.apply.WholeTransactions;
import io.replicator.capture.trigger.CaptureInstaller;
import io.replicator.capture.trigger.StaleTables;
import io.replicator.capture.trigger.TriggerStream;
import io.replicator.capture.trigger.WindowPoint;
import io.replicator.catalog.BinaryForms;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.TxidSnapshot;
import io.replicator.config.TableFilter;
import io.replicator.error.ReplicatorException;
import io.replicator.pipeline.ByteBudget;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.progress.LaneProgress;
import io.replicator.progress.OwnedMigration;
import io.replicator.snapshot.ExportedSnapshot;
import io.replicator.testkit.Await;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads windows and applies them by the product's lane; when a window is committed on the target, all rows are compared
 * with the source as the window's snapshot sees it, before the next window is read.
 */
final class ExactWindows implements AutoCloseable {
    private static final String NAME = "exact";
    private static final int LANES = 3;

    private final Database source;
    private final Database target;
    private final OwnedMigration owned;
    private final Connection sourceSession;
    private final Connection targetSession;
    private final TriggerStream stream;
    private final LaneRouter router;
    private final ApplyStatistics statistics = new ApplyStatistics();
    private final ByteBudget budget = new ByteBudget(64L << 20);
    private final AtomicLong windows = new AtomicLong();
    private final Map<QualifiedName, String> stale = new ConcurrentHashMap<>();
    private final List<QualifiedName> everStale = new ArrayList<>();
    private final CompletableFuture<Void> ended;
    private volatile CompletableFuture<WindowPoint> point;
    private @Nullable Position pending;
    private boolean changes;

    /** Installs capture on tables that are equal on both sides, and begins to read windows. */
    ExactWindows(Database source, Database target) throws SQLException, InterruptedException {
        this.source = source;
        this.target = target;
        owned = OwnedMigration.take(target, NAME, "trigger");
        Catalog catalog = catalog(source);
        CaptureInstaller.install(source, catalog, _ -> {}, _ -> {});
        sourceSession = source.open("compare");
        targetSession = target.open("compare");
        Position start;
        try (Statement statement = sourceSession.createStatement();
                ResultSet row = statement.executeQuery("SELECT txid_current_snapshot()")) {
            row.next();
            start = new Position.Window(TxidSnapshot.parse(row.getString(1)));
        }
        owned.transaction(
                "creating the lane", (session, migration) -> LaneProgress.create(session, migration, 0, start));
        SortedMap<Integer, Position> positions = new TreeMap<>(Map.of(0, start));
        LaneFleet fleet = new LaneFleet(target, owned.migration(), positions, LANES, budget, statistics, _ -> {});
        router = new LaneRouter(fleet, new TableStarts(Map.of()), NAME, budget, new WholeTransactions(), Duration.ZERO);
        stream = new TriggerStream(
                source,
                NAME,
                TableFilter.ALL,
                BinaryForms.of(catalog(target)),
                new StaleTables() {
                    @Override
                    public Map<QualifiedName, String> stale() {
                        return Map.copyOf(stale);
                    }

                    @Override
                    public void mark(QualifiedName table, String reason) {
                        stale.put(table, reason);
                        everStale.add(table);
                    }

                    @Override
                    public void clear(QualifiedName table) {
                        stale.remove(table);
                    }
                },
                _ -> false,
                2,
                0);
        point = stream.requestPoint();
        ended = new CompletableFuture<>();
        Thread.ofPlatform().name("windows").start(() -> {
            try {
                stream.run(start, this::take, this::durable);
                ended.complete(null);
            } catch (RuntimeException | AssertionError e) {
                ended.completeExceptionally(e);
            }
        });
    }

    private static Catalog catalog(Database database) throws SQLException {
        try (Connection connection = database.open("catalog")) {
            return CatalogReader.read(connection, TableFilter.ALL);
        }
    }

    /** How many windows were compared. */
    long windows() {
        return windows.get();
    }

    /** Why the reading ended; completes when {@link #stop} was called. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    /** The tables that were read whole because changes may have escaped. */
    List<QualifiedName> everStale() {
        return List.copyOf(everStale);
    }

    private boolean take(Change change) {
        try {
            assertThat(budget.tryTake(change.size())).as("room for a change").isTrue();
            router.handle(change, () -> true);
            changes |= change instanceof Change.Upsert
                    || change instanceof Change.Remove
                    || change instanceof Change.Truncate;
            if (change instanceof Change.Commit commit) {
                importSnapshot(commit.end());
            }
            return true;
        } catch (InterruptedException | SQLException e) {
            throw new IllegalStateException(e);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new AssertionError("no point for the window", e);
        }
    }

    /** Fixes the window's snapshot; the window's own session holds the tables until it ends. */
    private void importSnapshot(Position end)
            throws SQLException, InterruptedException, java.util.concurrent.ExecutionException,
                    java.util.concurrent.TimeoutException {
        WindowPoint current = point.get(10, TimeUnit.SECONDS);
        assertThat(current.position()).isEqualTo(end);
        ExportedSnapshot.importInto(sourceSession, current.snapshot());
        try (Statement statement = sourceSession.createStatement()) {
            statement.execute("SELECT 1");
        }
        pending = end;
        current.release();
        Thread.ofVirtual().start(this::nextPoint);
    }

    /** Asked between two windows. */
    private Position durable() {
        Position end = pending;
        if (end != null) {
            pending = null;
            if (changes) {
                changes = false;
                awaitApplied(end);
            }
            try {
                Map<String, String> expected = sums(sourceSession);
                sourceSession.rollback();
                sourceSession.setAutoCommit(true);
                Map<String, String> found = sums(targetSession);
                found.keySet().retainAll(expected.keySet());
                assertThat(found).as("window %s at %s", windows, end).isEqualTo(expected);
                windows.incrementAndGet();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
        return router.durable();
    }

    private void awaitApplied(Position end) {
        Await.until("all lanes have applied the window", Duration.ofSeconds(30), () -> {
            ReplicatorException failed = router.failure();
            if (failed != null) {
                throw failed;
            }
            return end.equals(statistics.position());
        });
    }

    /** The stream forgets the last request when this window is over. */
    private void nextPoint() {
        while (true) {
            try {
                point = stream.requestPoint();
                return;
            } catch (io.replicator.error.ReplicatorException _) {
                Thread.onSpinWait();
            }
        }
    }

    /** Without tables that were truncated since the session's snapshot, under which they look empty. */
    private static Map<String, String> sums(Connection session) throws SQLException {
        Map<String, String> sums = new TreeMap<>();
        List<String> tables = new ArrayList<>();
        try (Statement statement = session.createStatement()) {
            try (ResultSet row = statement.executeQuery("""
                    SELECT c.oid::regclass FROM pg_class c
                    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace""")) {
                while (row.next()) {
                    tables.add(row.getString(1));
                }
            }
            for (String table : tables) {
                try (ResultSet row = statement.executeQuery(
                        "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0), (SELECT c.relfilenode ="
                                + " pg_relation_filenode(c.oid) FROM pg_class c WHERE c.oid = '"
                                + table + "'::regclass) FROM ONLY " + table + " AS t")) {
                    row.next();
                    if (row.getBoolean(3)) {
                        sums.put(table, row.getLong(1) + " rows " + row.getString(2));
                    }
                }
            }
        }
        return sums;
    }

    /** Ends the reading; throws what it ended with. */
    void stop() throws Exception {
        stream.stop();
        ended.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws SQLException {
        stream.stop();
        router.close();
        sourceSession.close();
        targetSession.close();
        owned.close();
        source.close();
        target.close();
    }
}
