package io.replicator.cutover;

import io.replicator.config.HooksConfig;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One cutover, step by step. Everything up to the point of no return is undone when a step fails, the budget is spent or
 * it is cancelled; behind it nothing is undone, nothing can be cancelled, and failures are reported as what is left to do
 * by hand. Belongs to one thread, but for {@link #cancel}.
 */
public final class CutoverRun {
    private static final Logger LOGGER = LoggerFactory.getLogger(CutoverRun.class);
    private static final Duration HOOK_LIMIT = Duration.ofMinutes(5);

    private final Supplier<Fence> fences;
    private final CutoverActions actions;
    private final HookRunner hooks;
    private final HooksConfig commands;
    private final Consumer<CutoverEvent> listener;
    private final List<CutoverEvent> events = new ArrayList<>();
    private final Object passing = new Object();
    private boolean passed;
    private boolean undoing;
    private volatile boolean inHook;
    private String currentStep = "checks";

    public CutoverRun(
            Supplier<Fence> fences,
            CutoverActions actions,
            HookRunner hooks,
            HooksConfig commands,
            Consumer<CutoverEvent> listener) {
        this.fences = fences;
        this.actions = actions;
        this.hooks = hooks;
        this.commands = commands;
        this.listener = listener;
    }

    /**
     * Runs the cutover; a step that fails before the point of no return is undone and told in the result.
     *
     * @throws ReplicatorException {@code GATE_UNKNOWN} when nobody can say whether the gate moved: nothing is undone
     */
    public CutoverResult run(CutoverOptions options) {
        long fenced = 0;
        boolean begun = false;
        try {
            step("checks", actions::check);
            step("verify", actions::verifyBefore);
            step("large_objects", () -> actions.largeObjects(options));
            if (options.dryRun()) {
                return new CutoverResult(false, null, "dry run: nothing was changed", 0, events);
            }
            currentStep = "begin";
            actions.begin();
            begun = true;
            hook("before", commands.before());
            Deadline deadline = new Deadline(options.budget());
            try (Fence fence = fences.get()) {
                beforeThePointOfNoReturn(fence, deadline);
                step("switch", () -> {
                    fence.move(actions::requireOwner);
                    pass();
                    return "the source refuses writes from here on";
                });
            } finally {
                fenced = deadline.elapsedMillis();
            }
        } catch (ReplicatorException e) {
            if (!hasPassed()) {
                if (e.code() == ErrorCode.GATE_UNKNOWN) {
                    throw e;
                }
                return undone(begun, e.getMessage(), fenced);
            }
            LOGGER.warn("behind the point of no return: {}", e.getMessage());
        } catch (InterruptedException _) {
            return undone(begun, "cancelled", fenced);
        }
        return completed(fenced);
    }

    /** From here on an interrupt would only keep hooks from running. */
    private void pass() {
        synchronized (passing) {
            passed = true;
            Thread.interrupted();
        }
    }

    private boolean hasPassed() {
        synchronized (passing) {
            return passed;
        }
    }

    /**
     * Passes a wish to cancel on, unless the point of no return is passed.
     *
     * @param interrupt interrupts the thread that runs this
     * @return whether it was passed on
     */
    public boolean cancel(Runnable interrupt) {
        synchronized (passing) {
            if (passed) {
                return false;
            }
            if (!undoing) {
                interrupt.run();
            }
            return true;
        }
    }

    /** Whether it has to be waited for: behind the point of no return, and while a hook runs. */
    public boolean mustEnd() {
        return hasPassed() || inHook;
    }

    private void beforeThePointOfNoReturn(Fence fence, Deadline deadline) throws InterruptedException {
        step("fence", () -> {
            fence.raise(deadline);
            return "no writer is left";
        });
        within(deadline, "drain", () -> actions.drain(deadline));
        within(deadline, "verify_fenced", () -> actions.verifyFenced(deadline));
        within(deadline, "align_objects", () -> actions.alignLargeObjects(deadline));
        within(deadline, "sequences", actions::alignSequences);
        within(deadline, "complete_target", () -> actions.completeTarget(deadline));
    }

    private void within(Deadline deadline, String step, Callable<String> work) throws InterruptedException {
        step(step, work);
        deadline.check(step);
    }

    /**
     * What is left to do when the gate is moved, also for a daemon that finds it so after a restart. The switch is
     * recorded last, so that a crash between runs the hooks again rather than not at all.
     */
    public CutoverResult completed(long fencedMillis) {
        return completed(
                fencedMillis,
                () -> hook("switch", commands.switchOver()),
                () -> hook("after", commands.after()),
                this::record);
    }

    /** The same when the hooks have run already. */
    public CutoverResult recorded() {
        return completed(0, this::record);
    }

    private void record() throws InterruptedException {
        step("record", actions::switched);
    }

    private CutoverResult completed(long fencedMillis, Completion... completions) {
        pass();
        String problem = null;
        String failedStep = null;
        for (Completion completion : completions) {
            try {
                completion.run();
            } catch (ReplicatorException e) {
                LOGGER.error("behind the switch, step {} failed: {}", currentStep, e.getMessage());
                failedStep = failedStep == null ? currentStep : failedStep;
                problem = problem == null ? e.getMessage() : problem + "; " + e.getMessage();
            } catch (InterruptedException _) {
                LOGGER.warn("step {} was interrupted behind the switch", currentStep);
                failedStep = currentStep;
                problem = "step " + currentStep + " was interrupted";
            }
        }
        return new CutoverResult(true, failedStep, problem, fencedMillis, events);
    }

    /** A step behind the point of no return. */
    @FunctionalInterface
    private interface Completion {
        void run() throws InterruptedException;
    }

    private CutoverResult undone(boolean begun, @Nullable String reason, long fenced) {
        String failed = currentStep;
        String why = reason == null ? "unknown" : reason;
        LOGGER.warn("the cutover is undone: step {} failed: {}", failed, why);
        String left = begun ? abandoned("cutover undone at step " + failed) : "";
        return new CutoverResult(false, failed, why + left, fenced, events);
    }

    /**
     * Undoes a cutover that has not passed the point of no return; also one whose daemon died. That is recorded last, so that
     * a crash between runs the hook again rather than not at all.
     *
     * @return what went wrong with the hook, to be put behind a reason
     */
    public String abandoned(String reason) {
        synchronized (passing) {
            undoing = true;
            Thread.interrupted();
        }
        String left;
        try {
            actions.undo();
        } finally {
            left = aborted();
        }
        actions.undone(reason);
        return left;
    }

    /** @return what went wrong, to be put behind a reason */
    private String aborted() {
        try {
            hook("aborted", commands.aborted());
            return "";
        } catch (ReplicatorException e) {
            LOGGER.error("the aborted hook failed: {}", e.getMessage());
            return "; " + e.getMessage();
        } catch (InterruptedException _) {
            return "; the aborted hook was interrupted";
        }
    }

    private void hook(String name, List<String> hookCommands) throws InterruptedException {
        if (!hookCommands.isEmpty()) {
            inHook = true;
            try {
                step("hook_" + name, () -> {
                    hooks.run(name, hookCommands, HOOK_LIMIT);
                    return hookCommands.size() + " commands";
                });
            } finally {
                inHook = false;
            }
        }
    }

    private void step(String name, Callable<String> work) throws InterruptedException {
        currentStep = name;
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException("cancelled");
        }
        tell(new CutoverEvent(name, "started", 0, ""));
        long start = System.nanoTime();
        try {
            String detail = work.call();
            tell(new CutoverEvent(name, "done", (System.nanoTime() - start) / 1_000_000, detail));
        } catch (InterruptedException e) {
            failed(name, start, "cancelled");
            throw e;
        } catch (ReplicatorException e) {
            failed(name, start, e.getMessage());
            throw e;
        } catch (Exception e) {
            throw new ReplicatorException(ErrorCode.INTERNAL, "step " + name + " failed: " + e, e);
        }
    }

    private void failed(String step, long start, String why) {
        report(new CutoverEvent(step, "failed", (System.nanoTime() - start) / 1_000_000, why), false);
    }

    /** Who cannot report any more may have lost the migration and does not switch; what must be done is done all the same. */
    private void tell(CutoverEvent event) {
        report(event, !undoing && !hasPassed());
    }

    private void report(CutoverEvent event, boolean required) {
        events.add(event);
        try {
            listener.accept(event);
        } catch (ReplicatorException e) {
            if (required) {
                throw e;
            }
            LOGGER.warn("{} could not be reported: {}", event, e.getMessage());
        }
    }
}
