package io.replicator.config;

import java.time.Duration;

/**
 * The switch.
 *
 * @param budget from the fence to the point of no return; exceeding it undoes the cutover
 * @param sequenceMargin values every sequence is moved ahead at least
 */
public record CutoverConfig(Duration budget, FenceMode fence, long sequenceMargin, HooksConfig hooks) {
    public static final CutoverConfig DEFAULT =
            new CutoverConfig(Duration.ofSeconds(20), FenceMode.READONLY, 10_000, HooksConfig.NONE);
}
