package io.replicator;

import io.replicator.catalog.CatalogReader;
import io.replicator.config.CaptureMode;
import io.replicator.config.HttpAddress;
import io.replicator.config.MigrationConfig;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyLevel;
import io.replicator.cutover.CutoverEvent;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.cutover.SequenceAlignment;
import io.replicator.cutover.SequenceChange;
import io.replicator.daemon.CaptureChoice;
import io.replicator.daemon.Daemon;
import io.replicator.daemon.Ends;
import io.replicator.daemon.RequestClient;
import io.replicator.daemon.RequestKind;
import io.replicator.daemon.ResyncArguments;
import io.replicator.daemon.StatusReader;
import io.replicator.daemon.Teardown;
import io.replicator.daemon.ThrottleArguments;
import io.replicator.daemon.VerifyArguments;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.http.StatusServer;
import io.replicator.postgres.SqlStates;
import io.replicator.preflight.Finding;
import io.replicator.preflight.Preflight;
import io.replicator.preflight.PreflightContext;
import io.replicator.progress.ControlSchema;
import io.replicator.progress.Migration;
import io.replicator.progress.MigrationStore;
import io.replicator.progress.Phase;
import io.replicator.status.Json;
import io.replicator.status.StatusReport;
import io.replicator.verify.VerificationReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One migration. Thread-safe; {@link #run} is the daemon and blocks, everything else is short or asks the daemon through
 * the target, from whatever host.
 */
public final class Replicator implements AutoCloseable {
    private final Ends ends;
    private volatile @Nullable Daemon daemon;
    private volatile boolean stopped;

    public Replicator(MigrationConfig config) {
        this.ends = new Ends(config);
    }

    /** Checks both ends and changes nothing. */
    public List<Finding> check() {
        return check(false);
    }

    private List<Finding> check(boolean copyOnly) {
        CaptureMode capture = copyOnly ? CaptureMode.TRIGGER : capture();
        return Preflight.run(
                new PreflightContext(ends.config().with(capture), ends.source(), ends.target(), isStarted(), copyOnly));
    }

    /** The way of capture to check for; an end that cannot be reached is a finding of its own. */
    private CaptureMode capture() {
        try {
            return CaptureChoice.decide(ends, false).mode();
        } catch (ReplicatorException e) {
            if (e.code() == ErrorCode.STATE_MISMATCH) {
                throw e;
            }
            return ends.config().capture();
        }
    }

    /**
     * Runs the daemon until {@link #stop}, or until the migration is switched; with {@code copyOnly} until the copy is
     * verified, where {@link #status} tells the outcome.
     *
     * @throws ReplicatorException {@code PREFLIGHT_FAILED} before anything was changed; later whatever no retry mends
     */
    public void run(RunOptions options, RunListener listener) throws InterruptedException {
        if (!isStarted()) {
            requirePreflight(options.copyOnly());
        }
        HttpAddress address = ends.config().http();
        try (StatusServer server =
                address == null ? null : new StatusServer(ends.config().name(), address)) {
            lead(new Daemon(
                    ends, server == null ? listener : new ServedListener(listener, server), options.copyOnly()));
        }
    }

    private void lead(Daemon running) throws InterruptedException {
        daemon = running;
        if (!stopped) {
            running.run();
        }
    }

    /** Makes {@link #run} end after the batch it is at. */
    public void stop() {
        stopped = true;
        Daemon running = daemon;
        if (running != null) {
            running.stop();
        }
    }

    private void requirePreflight(boolean copyOnly) {
        List<Finding> blocking = check(copyOnly).stream()
                .filter(finding -> finding.severity().blocks())
                .toList();
        if (!blocking.isEmpty()) {
            throw new ReplicatorException(
                    ErrorCode.PREFLIGHT_FAILED,
                    blocking.stream()
                            .map(finding -> finding.severity() + " " + finding.id() + " " + finding.observed() + " → "
                                    + finding.fix())
                            .collect(Collectors.joining("\n")));
        }
    }

    /** Whether the target holds this migration beyond its very beginning; false when the target cannot be asked. */
    private boolean isStarted() {
        try (Connection target = ends.target().open("state")) {
            if (!ControlSchema.isInstalled(target)) {
                return false;
            }
            Migration migration = MigrationStore.find(target, ends.config().name());
            return migration != null && migration.effectivePhase() != Phase.CREATED;
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "reading the state from the target", e);
        } catch (ReplicatorException e) {
            return false;
        }
    }

    /** The status as the target holds it. */
    public StatusReport status() {
        return StatusReader.read(ends.target(), ends.config().name());
    }

    /** Compares both sides; the daemon does it while writers go on. */
    public VerificationReport verify(VerifyLevel level, TableFilter tables) {
        return client().ask(
                        RequestKind.VERIFY,
                        new VerifyArguments(level, tables.include(), tables.exclude()),
                        VerificationReport.class,
                        _ -> {});
    }

    /** Switches over; an interrupt of the thread cancels and undoes it, and the undo is waited for. */
    public CutoverResult cutover(CutoverOptions options, Consumer<CutoverEvent> events) {
        return client().ask(
                        RequestKind.CUTOVER,
                        options,
                        CutoverResult.class,
                        json -> events.accept(Json.read(json, CutoverEvent.class)));
    }

    /**
     * Limits the speed of the running daemon's bulk load, until it ends.
     *
     * @param bytesPerSecond 0 for no limit
     */
    public void throttle(long bytesPerSecond) {
        client().ask(RequestKind.THROTTLE, new ThrottleArguments(bytesPerSecond), Map.class, _ -> {});
    }

    /**
     * Has tables copied again while the migration streams; returns when the target durably knows it, not when it is done.
     *
     * @param patterns names of tables, as in the configuration
     * @return the tables
     */
    public List<String> resync(List<String> patterns) {
        return client().ask(RequestKind.RESYNC, new ResyncArguments(patterns), ResyncAnswer.class, _ -> {})
                .tables();
    }

    private record ResyncAnswer(List<String> tables) {}

    public void pause() {
        client().ask(RequestKind.PAUSE, Map.of(), Map.class, _ -> {});
    }

    public void resume() {
        client().ask(RequestKind.RESUME, Map.of(), Map.class, _ -> {});
    }

    /**
     * Lists what realigning the target's sequences takes.
     *
     * @param apply whether to do it now
     */
    public List<SequenceChange> sequences(boolean apply) {
        try (Connection source = ends.source().open("sequences");
                Connection target = ends.target().open("sequences")) {
            if (apply) {
                requireNotSwitched(target);
            }
            List<SequenceChange> plan = SequenceAlignment.plan(
                    CatalogReader.sequences(source, ends.config().tables()),
                    ends.config().cutover().sequenceMargin());
            if (apply) {
                SequenceAlignment.apply(target, plan);
            }
            return plan;
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "aligning sequences", e);
        }
    }

    /** Behind the switch the target hands out values itself; the source's would take it back. */
    private void requireNotSwitched(Connection target) throws SQLException {
        Migration migration = ControlSchema.isInstalled(target)
                ? MigrationStore.find(target, ends.config().name())
                : null;
        if (migration != null && migration.phase() == Phase.SWITCHED) {
            throw new ReplicatorException(
                    ErrorCode.PHASE_INVALID,
                    "migration '" + migration.name() + "' is switched: the target's sequences are its own now");
        }
    }

    /** Removes everything of ours from both ends; no daemon may run. */
    public TeardownReport teardown(boolean dryRun) {
        return new TeardownReport(new Teardown(ends).run(dryRun), List.of());
    }

    private RequestClient client() {
        return new RequestClient(ends.target(), ends.config().name());
    }

    @Override
    public void close() {
        ends.close();
    }
}
