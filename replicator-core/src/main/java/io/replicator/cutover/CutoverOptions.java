package io.replicator.cutover;

import java.time.Duration;

/**
 * How a cutover is run.
 *
 * @param budget from the fence to the point of no return
 * @param dryRun only the checks that come before the fence
 */
public record CutoverOptions(Duration budget, boolean dryRun) {}
