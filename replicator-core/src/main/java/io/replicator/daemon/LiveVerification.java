package io.replicator.daemon;

import io.replicator.apply.Barrier;
import io.replicator.capture.Heartbeat;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.catalog.Table;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyLevel;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.OwnedMigration;
import io.replicator.verify.ConnectionPair;
import io.replicator.verify.DatabaseComparer;
import io.replicator.verify.TableComparison;
import io.replicator.verify.VerificationReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/**
 * Compares both sides while writers go on: the lane holds, a temporary slot fixes a point of the source and exports the
 * snapshot that sees exactly what lies before it, the lane runs up to that point, the target's snapshot is taken, and
 * everything goes on while the two snapshots are compared.
 */
final class LiveVerification {
    private static final Duration HOLD_LIMIT = Duration.ofSeconds(60);
    private static final Duration POINT_LIMIT = Duration.ofSeconds(30);

    private final Ends ends;
    private final OwnedMigration owned;
    private final Capture capture;
    private final LiveState live;

    LiveVerification(Ends ends, OwnedMigration owned, Capture capture, LiveState live) {
        this.capture = capture;
        this.ends = ends;
        this.owned = owned;
        this.live = live;
    }

    VerificationReport run(VerifyLevel level, TableFilter filter) throws InterruptedException {
        long start = System.nanoTime();
        StreamSession session = live.stream();
        Heartbeat heartbeat = live.heartbeat();
        try {
            if (session == null || heartbeat == null) {
                throw notComparable("the migration is "
                        + owned.migration().phase().word() + ", and only a running stream can be compared");
            }
            requireNoneJoins(session, filter);
            if (!session.consistentButJoining()) {
                throw notComparable("the stream has not caught up with the bulk load yet");
            }
            return compare(session, heartbeat, level, filter, start);
        } catch (ReplicatorException e) {
            if (e.code() != ErrorCode.NOT_COMPARABLE) {
                throw e;
            }
            return new VerificationReport(
                    level,
                    null,
                    e.getMessage(),
                    List.of(),
                    List.of(),
                    List.of(),
                    Duration.ofNanos(System.nanoTime() - start));
        }
    }

    private static void requireNoneJoins(StreamSession session, TableFilter filter) {
        List<QualifiedName> joining =
                session.joining().stream().filter(filter::accepts).sorted().toList();
        if (!joining.isEmpty()) {
            throw notComparable("copied again at this moment: " + joining + "; other tables can be compared");
        }
    }

    private VerificationReport compare(
            StreamSession session, Heartbeat heartbeat, VerifyLevel level, TableFilter filter, long start)
            throws InterruptedException {
        try (Connection source = ends.source().open("verify");
                Connection target = ends.target().open("verify")) {
            String position = takeSnapshots(session, heartbeat, filter, source, target);
            Catalog sourceCatalog = CatalogReader.read(source, ends.config().tables());
            Catalog targetCatalog = CatalogReader.read(target, ends.config().tables());
            List<Table> tables = sourceCatalog.tables().stream()
                    .filter(table -> filter.accepts(table.name()))
                    .toList();
            List<TableComparison> compared = new DatabaseComparer(
                            List.of(new ConnectionPair(source, target)),
                            sourceCatalog.version(),
                            targetCatalog.version(),
                            null)
                    .compare(tables, targetCatalog, level);
            return new VerificationReport(
                    level, position, null, compared, List.of(), List.of(), Duration.ofNanos(System.nanoTime() - start));
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.NOT_COMPARABLE, "comparing the two sides", e);
        }
    }

    private String takeSnapshots(
            StreamSession session, Heartbeat heartbeat, TableFilter filter, Connection source, Connection target)
            throws InterruptedException, SQLException {
        Barrier barrier = session.barrier();
        try {
            heartbeat.beat();
            if (!barrier.awaitHeld(HOLD_LIMIT)) {
                throw notComparable("the applier did not reach a point between two transactions within "
                        + HOLD_LIMIT.toSeconds() + " s");
            }
            requireNoneJoins(session, filter);
            try (Capture.ConsistentPoint point = capture.point(session.source(), POINT_LIMIT)) {
                point.importInto(source);
                barrier.runTo(point.position());
                heartbeat.beat();
                if (!barrier.awaitReached(HOLD_LIMIT)) {
                    throw notComparable("the target did not reach " + point.position() + " within "
                            + HOLD_LIMIT.toSeconds() + " s");
                }
                fixSnapshot(target);
                return point.position().text();
            }
        } finally {
            session.end(barrier);
        }
    }

    private static void fixSnapshot(Connection target) throws SQLException {
        target.setAutoCommit(false);
        try (Statement statement = target.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            statement.execute("SELECT pg_export_snapshot()");
        }
    }

    private static ReplicatorException notComparable(String why) {
        return new ReplicatorException(ErrorCode.NOT_COMPARABLE, why);
    }
}
