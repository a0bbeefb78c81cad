package io.replicator.cutover;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.time.Duration;

/** The moment a budget is spent. */
public final class Deadline {
    private final Duration budget;
    private final long start = System.nanoTime();

    public Deadline(Duration budget) {
        this.budget = budget;
    }

    /** What is left; never negative. */
    public Duration remaining() {
        Duration left = budget.minusNanos(System.nanoTime() - start);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** What is left in milliseconds, at least 1: 0 would switch a PostgreSQL timeout off. */
    public long remainingMillis() {
        return Math.max(1, remaining().toMillis());
    }

    /** @throws ReplicatorException {@code CUTOVER_FAILED} when nothing is left */
    public void check(String step) {
        if (remaining().isZero()) {
            throw exceeded(step, "");
        }
    }

    /** @param why what kept the step from ending; empty when that is unknown */
    public ReplicatorException exceeded(String step, String why) {
        return new ReplicatorException(
                ErrorCode.CUTOVER_FAILED,
                "step " + step + " exceeded the budget of " + budget.toMillis() + " ms"
                        + (why.isEmpty() ? "" : ": " + why));
    }

    public long elapsedMillis() {
        return (System.nanoTime() - start) / 1_000_000;
    }
}
