package io.replicator.daemon;

import io.replicator.config.CutoverConfig;
import io.replicator.config.FenceMode;
import io.replicator.config.TableFilter;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.cutover.CutoverRun;
import io.replicator.cutover.Fence;
import io.replicator.cutover.HookRunner;
import io.replicator.cutover.OpenFence;
import io.replicator.cutover.ReadonlyFence;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.progress.Requests;
import io.replicator.progress.TableProgress;
import io.replicator.progress.TableProgressStore;
import io.replicator.status.Json;
import io.replicator.status.StatusReport;
import io.replicator.verify.VerificationReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Carries out what the command line asks the daemon for. */
final class Requested implements RequestHandler {
    private static final Duration PAUSE_LIMIT = Duration.ofSeconds(50);
    private static final long PAUSE_POLL_MILLIS = 20;

    private static final Duration RESYNC_LIMIT = Duration.ofMinutes(10);

    private final Ends ends;
    private final OwnedMigration owned;
    private final Capture capture;
    private final LiveState live;
    private final DaemonControl control;
    private volatile @Nullable CutoverRun cutover;

    Requested(Ends ends, OwnedMigration owned, Capture capture, LiveState live, DaemonControl control) {
        this.capture = capture;
        this.ends = ends;
        this.owned = owned;
        this.live = live;
        this.control = control;
    }

    @Override
    public Object handle(Requests.Request request, Consumer<Object> events) throws InterruptedException {
        return switch (RequestKind.ofWord(request.kind())) {
            case VERIFY -> verify(Json.read(request.arguments(), VerifyArguments.class));
            case CUTOVER -> cutover(Json.read(request.arguments(), CutoverOptions.class), events);
            case PAUSE -> pause();
            case RESUME -> resume();
            case RESYNC -> resync(Json.read(request.arguments(), ResyncArguments.class));
            case THROTTLE -> throttle(Json.read(request.arguments(), ThrottleArguments.class));
        };
    }

    private VerificationReport verify(VerifyArguments arguments) throws InterruptedException {
        VerificationReport report = new LiveVerification(ends, owned, capture, live)
                .run(arguments.level(), new TableFilter(arguments.include(), arguments.exclude()));
        record(report);
        return report;
    }

    void record(VerificationReport report) {
        String state = !report.comparable() ? "not_comparable" : report.equal() ? "equal" : "different";
        live.verified(new StatusReport.Verify(
                state,
                report.level().name().toLowerCase(java.util.Locale.ROOT),
                Instant.now().toString(),
                report.comparable() ? report.differences() : null));
    }

    private CutoverResult cutover(CutoverOptions options, Consumer<Object> events) {
        CutoverRun run = cutoverRun(events);
        cutover = run;
        try {
            CutoverResult result = run.run(options);
            if (result.switched()) {
                control.ranSwitchHooks();
            }
            return result;
        } finally {
            cutover = null;
            if (owned.migration().phase() == Phase.CUTTING_OVER) {
                control.unsettled(true);
            }
        }
    }

    @Override
    public boolean cancel(Runnable interrupt) {
        CutoverRun run = cutover;
        return run == null ? RequestHandler.super.cancel(interrupt) : run.cancel(interrupt);
    }

    private CutoverRun cutoverRun(Consumer<Object> events) {
        CutoverConfig config = ends.config().cutover();
        Supplier<Fence> fences = () -> config.fence() == FenceMode.READONLY
                ? new ReadonlyFence(ends.source(), ends.config().name(), ends::writableTables)
                : new OpenFence(ends.source(), ends.config().name(), ends::writableTables);
        HookRunner hooks = new HookRunner(
                ends.config().name(), ends.source().settings(), ends.target().settings());
        return new CutoverRun(fences, actions(), hooks, config.hooks(), events::accept);
    }

    private StreamCutoverActions actions() {
        return new StreamCutoverActions(ends, owned, capture, live, control, this);
    }

    @Override
    public boolean mustEnd() {
        CutoverRun run = cutover;
        return run != null && run.mustEnd();
    }

    /** Completes a cutover whose gate has moved. */
    CutoverResult complete() {
        CutoverRun run = cutoverRun(_ -> {});
        CutoverResult result = control.switchHooksRun() ? run.recorded() : run.completed(0);
        control.ranSwitchHooks();
        return result;
    }

    /** Undoes a cutover whose gate is open. */
    void undo(String reason) {
        cutoverRun(_ -> {}).abandoned(reason);
    }

    /** Answers when nothing is applied any more. */
    private Map<String, String> pause() throws InterruptedException {
        Phase phase = owned.migration().phase();
        if (!phase.streams()) {
            throw new ReplicatorException(
                    ErrorCode.PHASE_INVALID, "only a migration that streams can be paused; it is " + phase.word());
        }
        control.pause(true);
        long deadline = System.nanoTime() + PAUSE_LIMIT.toNanos();
        while (owned.migration().phase() != Phase.PAUSED && control.paused()) {
            if (control.stopped() || System.nanoTime() > deadline) {
                throw new ReplicatorException(
                        ErrorCode.PHASE_INVALID,
                        "the stream has not stopped yet; ask for the status until it is paused");
            }
            Thread.sleep(PAUSE_POLL_MILLIS);
        }
        return Map.of("phase", owned.migration().phase().word());
    }

    private Map<String, List<String>> resync(ResyncArguments arguments) throws InterruptedException {
        Resync.requireStreaming(owned.migration().phase());
        TableFilter filter = new TableFilter(arguments.patterns(), List.of());
        List<QualifiedName> tables = owned
                .ask(
                        "reading the progress of tables",
                        (target, migration) -> TableProgressStore.read(target, migration.name()))
                .stream()
                .map(TableProgress::name)
                .filter(filter::accepts)
                .toList();
        if (tables.isEmpty()) {
            throw new ReplicatorException(
                    ErrorCode.USAGE_INVALID,
                    "no table of the migration matches " + String.join(", ", arguments.patterns()));
        }
        capture.requireSnapshots();
        Resync wanted = new Resync(tables, new CompletableFuture<>());
        control.resync(wanted);
        try {
            wanted.begun().get(RESYNC_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ReplicatorException known
                    ? known
                    : new ReplicatorException(ErrorCode.COPY_FAILED, "copying tables again failed to begin", e);
        } catch (TimeoutException e) {
            throw new ReplicatorException(
                    ErrorCode.COPY_FAILED,
                    "the stream did not make way for the copy within " + RESYNC_LIMIT.toMinutes()
                            + " minutes; ask again once 'replicator status' shows no lag",
                    e);
        } finally {
            wanted.withdraw();
        }
        return Map.of("tables", tables.stream().map(QualifiedName::toString).toList());
    }

    private Map<String, Long> throttle(ThrottleArguments arguments) {
        live.copyRate().limit(arguments.bytesPerSecond());
        return Map.of("bytes_per_second", arguments.bytesPerSecond());
    }

    private Map<String, String> resume() {
        if (owned.migration().phase() != Phase.PAUSED && !control.paused()) {
            throw new ReplicatorException(
                    ErrorCode.PHASE_INVALID,
                    "the migration is not paused; it is "
                            + owned.migration().phase().word());
        }
        control.pause(false);
        Phase phase = owned.migration().phase();
        return Map.of("phase", (phase == Phase.PAUSED ? owned.migration().interrupted() : phase).word());
    }
}
