package io.replicator.cli.demo;

import java.time.Duration;

/**
 * How large the demo is.
 *
 * @param scale 1 makes about 450,000 rows
 * @param transactionsPerSecond of all writers together
 * @param streaming how long changes are streamed before the cutover
 * @param seed decides the rows and what the writers do
 */
public record DemoOptions(double scale, int writers, double transactionsPerSecond, Duration streaming, long seed) {
    public static final DemoOptions DEFAULT = new DemoOptions(1, 4, 300, Duration.ofSeconds(5), 20_261_121);
}
