package io.replicator.daemon;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.catalog.Sequence;
import io.replicator.catalog.Table;
import io.replicator.config.VerifyLevel;
import io.replicator.cutover.SequenceAlignment;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.schema.MaterializedViews;
import io.replicator.schema.Suspensions;
import io.replicator.snapshot.ExportedSnapshot;
import io.replicator.snapshot.LoadSnapshot;
import io.replicator.verify.ConnectionPair;
import io.replicator.verify.DatabaseComparer;
import io.replicator.verify.SequenceComparer;
import io.replicator.verify.TableComparison;
import io.replicator.verify.VerificationReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What follows the rows and indexes where nothing is streamed: constraints, triggers, sequences, materialized views, and
 * the proof that both sides are equal.
 */
final class CopyCompletion {
    private final Ends ends;
    private final OwnedMigration owned;
    private final NoCapture capture;
    private final Requested requested;

    CopyCompletion(Ends ends, OwnedMigration owned, NoCapture capture, Requested requested) {
        this.ends = ends;
        this.owned = owned;
        this.capture = capture;
        this.requested = requested;
    }

    /** Ends the migration as {@code finished}, or as {@code failed} when the sides differ; may be repeated. */
    void run(Steps steps) throws InterruptedException {
        steps.tell("constraints");
        TargetSchema.of(ends).constraints();
        steps.tell("sequences and materialized views");
        complete();
        steps.tell("verification");
        VerificationReport report = verify(steps);
        requested.record(report);
        if (report.equal()) {
            capture.finish();
            owned.become(Phase.FINISHED);
            steps.tell("both sides are equal");
        } else {
            owned.become(
                    Phase.FAILED,
                    "the two sides differ: " + String.join("; ", differences(report))
                            + " → run again to compare again; when the source was written to meanwhile, teardown, empty"
                            + " the target and start again");
        }
    }

    private void complete() {
        try (Connection source = ends.source().open("sequences");
                Connection target = ends.target().open("complete")) {
            List<Sequence> sequences =
                    CatalogReader.sequences(source, ends.config().tables());
            SequenceAlignment.apply(target, SequenceAlignment.plan(sequences, 0));
            Suspensions.restore(target, ends.config().name());
            MaterializedViews.refresh(target, ends.sourceCatalog());
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "completing the target", e);
        }
    }

    private VerificationReport verify(Steps steps) throws InterruptedException {
        long start = System.nanoTime();
        VerifyLevel level = ends.config().verify().level();
        Catalog sourceCatalog = ends.sourceCatalog();
        Catalog targetCatalog = ends.targetCatalog();
        List<ConnectionPair> pairs = new ArrayList<>();
        try (LoadSnapshot ours = capture.last(steps);
                LoadSnapshot theirs = ExportedSnapshot.take(ends.target())) {
            for (int job = 0; job < ends.config().copy().jobs(); job++) {
                pairs.add(pair(ours, theirs));
            }
            List<Table> tables = sourceCatalog.tables();
            List<TableComparison> compared = new DatabaseComparer(
                            pairs, sourceCatalog.version(), targetCatalog.version(), null)
                    .compare(tables, targetCatalog, level);
            return new VerificationReport(
                    level,
                    ours.position().text(),
                    null,
                    compared,
                    SequenceComparer.compare(
                            sourceCatalog.sequences(), ends.targetCatalog().sequences()),
                    new LargeObjectSteps(ends, owned).differences(ours, level),
                    Duration.ofNanos(System.nanoTime() - start));
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.NOT_COMPARABLE, "comparing the two sides", e);
        } finally {
            close(pairs);
        }
    }

    private ConnectionPair pair(LoadSnapshot ours, LoadSnapshot theirs) throws SQLException {
        Connection source = ends.rowSource().open("verify");
        try {
            ours.begin(source);
            Connection target = ends.target().open("verify");
            try {
                theirs.begin(target);
                return new ConnectionPair(source, target);
            } catch (SQLException | RuntimeException e) {
                target.close();
                throw e;
            }
        } catch (SQLException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private static void close(List<ConnectionPair> pairs) {
        for (ConnectionPair pair : pairs) {
            try (Connection source = pair.source();
                    Connection target = pair.target()) {
                source.rollback();
                target.rollback();
            } catch (SQLException e) {
                throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "closing the sessions that compared", e);
            }
        }
    }

    private static List<String> differences(VerificationReport report) {
        List<String> lines = new ArrayList<>(report.sequences());
        lines.addAll(report.largeObjects());
        for (TableComparison table : report.tables()) {
            table.differences().forEach(line -> lines.add(table.table() + ": " + line));
        }
        return lines.size() <= 5 ? lines : lines.subList(0, 5);
    }
}
