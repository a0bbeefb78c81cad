package io.replicator.daemon;

import io.replicator.apply.Barrier;
import io.replicator.capture.Heartbeat;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.catalog.Sequence;
import io.replicator.config.SchemaConfig;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyLevel;
import io.replicator.cutover.CutoverActions;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.Deadline;
import io.replicator.cutover.Gate;
import io.replicator.cutover.SequenceAlignment;
import io.replicator.cutover.SequenceChange;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.DiskCommit;
import io.replicator.progress.MigrationStore;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.progress.TableProgress;
import io.replicator.progress.TableProgressStore;
import io.replicator.schema.GrantAccess;
import io.replicator.schema.MaterializedViews;
import io.replicator.schema.OwnerAccess;
import io.replicator.schema.Suspensions;
import io.replicator.verify.ConnectionPair;
import io.replicator.verify.DatabaseComparer;
import io.replicator.verify.SequenceComparer;
import io.replicator.verify.TableComparison;
import io.replicator.verify.VerificationReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A cutover's actions on the running stream. */
final class StreamCutoverActions implements CutoverActions {
    private static final double MAX_LAG_SECONDS = 5;
    private static final Duration STREAM_END_LIMIT = Duration.ofSeconds(60);

    private final Ends ends;
    private final OwnedMigration owned;
    private final Capture capture;
    private final LiveState live;
    private final DaemonControl control;
    private final Requested requested;
    private boolean constrained;
    private @Nullable Held held;

    /** Lanes that stand still. */
    private record Held(StreamSession session, Barrier barrier) {}

    StreamCutoverActions(
            Ends ends,
            OwnedMigration owned,
            Capture capture,
            LiveState live,
            DaemonControl control,
            Requested requested) {
        this.capture = capture;
        this.ends = ends;
        this.owned = owned;
        this.live = live;
        this.control = control;
        this.requested = requested;
    }

    @Override
    public String check() {
        Phase phase = owned.migration().phase();
        if (phase != Phase.STREAMING) {
            throw refused("the migration is " + phase.word() + ", a cutover begins at streaming");
        }
        requireComplete(owned.ask(
                "reading the progress of tables",
                (target, migration) -> TableProgressStore.read(target, migration.name())));
        Double lag = heartbeat().lagSeconds();
        if (lag == null || lag > MAX_LAG_SECONDS) {
            throw refused(
                    "the lag is " + (lag == null ? "unknown" : String.format(java.util.Locale.ROOT, "%.1f s", lag))
                            + ", at most " + MAX_LAG_SECONDS + " s is accepted");
        }
        constrained = TargetSchema.mayBeConstrained(ends);
        if (constrained) {
            requireAccess();
        }
        return String.format(java.util.Locale.ROOT, "lag %.2f s", lag);
    }

    private static void requireComplete(List<TableProgress> tables) {
        List<String> incomplete = tables.stream()
                .filter(table -> !table.complete())
                .map(table -> table.name().toString())
                .toList();
        if (!incomplete.isEmpty()) {
            throw refused("not all tables are complete, being copied again: " + String.join(", ", incomplete));
        }
    }

    @Override
    public String verifyBefore() throws InterruptedException {
        VerifyLevel level = ends.config().verify().level();
        VerificationReport report = new LiveVerification(ends, owned, capture, live).run(level, TableFilter.ALL);
        requested.record(report);
        if (!report.comparable()) {
            throw refused("the two sides could not be compared: " + report.notComparable());
        }
        requireEqual(report.tables(), List.of());
        return report.tables().size() + " tables equal at " + report.position();
    }

    @Override
    public String largeObjects(CutoverOptions options) throws InterruptedException {
        return new LargeObjectSteps(ends, owned).beforeFence(options);
    }

    @Override
    public void begin() {
        owned.become(Phase.CUTTING_OVER, null, (target, migration) -> {
            requireComplete(TableProgressStore.read(target, migration.name()));
            MigrationStore.requireOwner(target, migration);
            Gate.open(ends.source(), migration.name());
        });
    }

    @Override
    public String drain(Deadline deadline) throws InterruptedException {
        Heartbeat heartbeat = heartbeat();
        StreamSession running = live.stream();
        if (running != null) {
            capture.complete(running.source(), deadline.remaining());
        }
        long marker = heartbeat.beat();
        if (!heartbeat.awaitApplied(marker, deadline.remaining())) {
            throw new ReplicatorException(
                    ErrorCode.CUTOVER_FAILED,
                    "the target did not reach marker " + marker + " within the budget; the lag was "
                            + heartbeat.lagSeconds() + " s");
        }
        StreamSession session = live.stream();
        return "applied up to " + (session == null ? "the marker" : session.applied());
    }

    @Override
    public String verifyFenced(Deadline deadline) throws InterruptedException {
        requireComplete(owned.ask(
                "reading the progress of tables",
                (target, migration) -> TableProgressStore.read(target, migration.name())));
        try (Connection source = ends.source().open("verify");
                Connection target = ends.target().open("verify")) {
            Catalog sourceCatalog = CatalogReader.read(source, ends.config().tables());
            Catalog targetCatalog = CatalogReader.read(target, ends.config().tables());
            List<TableComparison> compared = new DatabaseComparer(
                            List.of(new ConnectionPair(source, target)),
                            sourceCatalog.version(),
                            targetCatalog.version(),
                            deadline.remaining().multipliedBy(2).dividedBy(3))
                    .compare(sourceCatalog.tables(), targetCatalog, VerifyLevel.BOUNDS);
            long counted = compared.stream().filter(TableComparison::compared).count();
            requireEqual(compared.stream().filter(TableComparison::compared).toList(), List.of());
            return counted + " of " + compared.size() + " tables counted and equal"
                    + (counted == compared.size() ? "" : "; the rest was equal before the fence");
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "comparing the two sides behind the fence", e);
        }
    }

    @Override
    public String alignLargeObjects(Deadline deadline) throws InterruptedException {
        return new LargeObjectSteps(ends, owned).behindFence(deadline);
    }

    @Override
    public String alignSequences() {
        try (Connection source = ends.source().open("sequences");
                Connection target = ends.target().open("sequences")) {
            List<Sequence> sequences =
                    CatalogReader.sequences(source, ends.config().tables());
            List<SequenceChange> plan =
                    SequenceAlignment.plan(sequences, ends.config().cutover().sequenceMargin());
            SequenceAlignment.apply(target, plan);
            requireEqual(List.of(), SequenceComparer.compare(sequences, CatalogReader.sequences(target)));
            return plan.size() + " sequences";
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "aligning sequences", e);
        }
    }

    @Override
    public String completeTarget(Deadline deadline) throws InterruptedException {
        try (Connection target = ends.target().open("complete");
                Statement statement = target.createStatement()) {
            statement.execute("SET statement_timeout = " + deadline.remainingMillis());
            if (!constrained || Suspensions.any(target, ends.config().name())) {
                hold(deadline);
            }
            Suspensions.restore(target, ends.config().name());
            TargetSchema.of(ends).constraints();
            Catalog catalog = ends.sourceCatalog();
            requireAccess(target, catalog);
            MaterializedViews.refresh(target, catalog);
            DiskCommit.run(target, owned.migration());
            return catalog.materializedViews().size() + " materialized views refreshed";
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "completing the target", e);
        }
    }

    private void requireAccess() {
        try (Connection target = ends.target().borrow()) {
            requireAccess(target, ends.sourceCatalog());
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "asking what roles may do on the target", e);
        }
    }

    /** Requires that the application's roles can go on working on the target. */
    private void requireAccess(Connection target, Catalog catalog) throws SQLException {
        SchemaConfig schema = ends.config().schema();
        if (schema.owner() != null) {
            OwnerAccess.require(target, catalog, schema.owner());
        }
        if (schema.grants() == SchemaConfig.Grants.COPY) {
            try (Connection source = ends.source().borrow()) {
                GrantAccess.require(source, target, schema.owner());
            }
        }
    }

    @Override
    public void requireOwner() {
        owned.transaction("asking who owns the migration", MigrationStore::requireOwner);
    }

    @Override
    public void undo() {
        try {
            TargetSchema.suspend(ends);
        } catch (ReplicatorException e) {
            if (held != null) {
                held.barrier()
                        .breakOff(new ReplicatorException(
                                ErrorCode.STREAM_BROKEN,
                                "changes cannot be applied, as what must not act on them is switched on: "
                                        + e.getMessage(),
                                e));
            }
            throw e;
        } finally {
            goOn();
        }
    }

    @Override
    public void undone(String reason) {
        if (owned.migration().phase() == Phase.CUTTING_OVER) {
            owned.become(Phase.STREAMING, reason);
        }
    }

    /**
     * Stops the lanes: writers that go on because the fence fell must not have what they write applied while triggers of
     * the target fire.
     */
    private void hold(Deadline deadline) throws InterruptedException {
        StreamSession session = live.stream();
        if (session == null) {
            throw refused("the stream is not running");
        }
        Barrier barrier = session.barrier();
        held = new Held(session, barrier);
        heartbeat().beat();
        if (!barrier.awaitHeld(deadline.remaining())) {
            throw new ReplicatorException(
                    ErrorCode.CUTOVER_FAILED, "the applier did not stand still within the budget, or ended");
        }
    }

    private void goOn() {
        Held lanes = held;
        held = null;
        if (lanes != null) {
            lanes.session().end(lanes.barrier());
        }
    }

    @Override
    public String switched() throws InterruptedException {
        goOn();
        owned.become(Phase.SWITCHED);
        control.switched();
        if (!live.awaitNoStream(STREAM_END_LIMIT)) {
            throw new ReplicatorException(
                    ErrorCode.CUTOVER_FAILED, "the stream did not end; what capture needed on the source remains");
        }
        capture.finish();
        return "capture by " + capture.word() + " ended on the source";
    }

    private Heartbeat heartbeat() {
        Heartbeat heartbeat = live.heartbeat();
        if (heartbeat == null) {
            throw refused("the stream is not running");
        }
        return Objects.requireNonNull(heartbeat);
    }

    private static void requireEqual(List<TableComparison> tables, List<String> sequences) {
        List<String> lines = new java.util.ArrayList<>(sequences);
        for (TableComparison table : tables) {
            table.differences().forEach(line -> lines.add(table.table() + ": " + line));
        }
        if (!lines.isEmpty()) {
            throw new ReplicatorException(
                    ErrorCode.CUTOVER_FAILED, "the two sides differ: " + String.join("; ", lines));
        }
    }

    private static ReplicatorException refused(String why) {
        return new ReplicatorException(ErrorCode.CUTOVER_REFUSED, why);
    }
}
