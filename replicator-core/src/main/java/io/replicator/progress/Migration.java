package io.replicator.progress;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A migration as the target records it.
 *
 * @param interrupted the phase that {@code PAUSED} or {@code FAILED} interrupts; otherwise equal to {@code phase}
 * @param failure why it failed; null when it did not
 * @param source who the source is; null until the migration is prepared
 */
public record Migration(
        String name,
        Phase phase,
        Phase interrupted,
        @Nullable String failure,
        String capture,
        @Nullable SourceIdentity source,
        long ownerEpoch,
        Instant changedAt) {
    /** The phase work goes on in: the interrupted one where there is one. */
    public Phase effectivePhase() {
        return phase.interrupts() ? interrupted : phase;
    }
}
