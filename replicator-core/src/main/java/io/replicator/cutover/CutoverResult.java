package io.replicator.cutover;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a cutover ended.
 *
 * @param switched whether the point of no return was passed
 * @param failedStep the step that failed; null when none did
 * @param fencedMillis how long writers were held
 */
public record CutoverResult(
        boolean switched,
        @Nullable String failedStep,
        @Nullable String reason,
        long fencedMillis,
        List<CutoverEvent> events) {
    public CutoverResult {
        events = List.copyOf(events);
    }
}
