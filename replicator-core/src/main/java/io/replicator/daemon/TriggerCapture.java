package io.replicator.daemon;

import io.replicator.capture.ChangeSource;
import io.replicator.capture.trigger.CaptureInstaller;
import io.replicator.capture.trigger.CaptureTeardown;
import io.replicator.capture.trigger.TriggerStream;
import io.replicator.capture.trigger.WindowPoint;
import io.replicator.catalog.BinaryForms;
import io.replicator.catalog.Catalog;
import io.replicator.change.Position;
import io.replicator.change.TxidSnapshot;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.AppliedHeartbeat;
import io.replicator.progress.OwnedMigration;
import io.replicator.snapshot.ExportedSnapshot;
import io.replicator.snapshot.FreshSnapshots;
import io.replicator.snapshot.LoadSnapshot;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Capture by triggers. The first snapshot is taken after the last trigger is committed and before the first row is read,
 * so that the first window brings everything that changed since.
 */
final class TriggerCapture implements Capture {
    private final Ends ends;
    private final OwnedMigration owned;

    TriggerCapture(Ends ends, OwnedMigration owned) {
        this.ends = ends;
        this.owned = owned;
    }

    @Override
    public String word() {
        return "trigger";
    }

    @Override
    public void install(Catalog catalog, Steps steps) throws InterruptedException {
        CaptureInstaller.install(ends.source(), catalog, _ -> {}, steps::tell);
    }

    @Override
    public LoadSnapshot begin(Steps steps) throws InterruptedException {
        try (Connection source = ends.source().open("prepare");
                Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery("SELECT txid_current_snapshot()::text")) {
            row.next();
            return snapshots(new Position.Window(TxidSnapshot.parse(row.getString(1))), steps);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.STREAM_BROKEN, "taking the first snapshot of the source", e);
        }
    }

    /** Every row touched since the first snapshot is read again by the first window. */
    @Override
    public boolean joinsSnapshots() {
        return true;
    }

    /** Every change since the first snapshot is in the change logs, so it remains the start. */
    @Override
    public LoadSnapshot again(Steps steps) throws InterruptedException {
        return snapshots(Lanes.position(owned), steps);
    }

    private LoadSnapshot snapshots(Position position, Steps steps) throws InterruptedException {
        return ends.config().copy().from() == null
                ? new FreshSnapshots(position)
                : new Follower(ends).snapshots(position, steps);
    }

    @Override
    public void requireStart(Position position) {
        if (!(position instanceof Position.Window)) {
            throw new ReplicatorException(
                    ErrorCode.STATE_MISMATCH, "the target's position " + position + " is not one of trigger capture");
        }
    }

    @Override
    public ChangeSource source() {
        return new TriggerStream(
                ends.source(),
                ends.config().name(),
                ends.config().tables(),
                BinaryForms.of(ends.targetCatalog()),
                new StaleTablesInTarget(owned),
                ends.config().cutover()::recopies,
                ends.config().copy().jobs(),
                owned.ask(
                        "reading the last heartbeat",
                        (target, migration) -> AppliedHeartbeat.read(target, migration.name())));
    }

    @Override
    public ConsistentPoint point(ChangeSource running, Duration limit) throws InterruptedException {
        if (!(running instanceof TriggerStream stream)) {
            throw new IllegalArgumentException("not a stream of trigger capture");
        }
        CompletableFuture<WindowPoint> requested = stream.requestPoint();
        try {
            return new SnapshotPoint(requested.get(limit.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            if (!requested.cancel(false)) {
                return new SnapshotPoint(requested.join());
            }
            throw new ReplicatorException(
                    ErrorCode.NOT_COMPARABLE, "no window was read within " + limit.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new ReplicatorException(ErrorCode.NOT_COMPARABLE, "the window failed: " + e.getCause(), e);
        }
    }

    /** The changes of tables that are copied again are passed over but at points somebody asks for. */
    @Override
    public void complete(ChangeSource running, Duration limit) throws InterruptedException {
        if (!ends.config().cutover().recopy().isEmpty()) {
            point(running, limit).close();
        }
    }

    @Override
    public void finish() {
        CaptureTeardown.remove(ends.source(), false);
    }

    private record SnapshotPoint(WindowPoint window) implements ConsistentPoint {
        @Override
        public Position position() {
            return window.position();
        }

        @Override
        public void importInto(Connection session) throws SQLException {
            ExportedSnapshot.importInto(session, window.snapshot());
        }

        @Override
        public void close() {
            window.release();
        }
    }
}
