package io.replicator.cli.demo;

import io.replicator.config.CaptureMode;
import java.time.Duration;

/**
 * How large the demo is.
 *
 * @param capture {@code TRIGGER} runs as a role like Heroku's: owner of its database and nothing more
 * @param scale 1 makes about 450,000 rows
 * @param transactionsPerSecond of all writers together
 * @param streaming how long changes are streamed before the cutover
 * @param seed decides the rows and what the writers do
 */
public record DemoOptions(
        CaptureMode capture, double scale, int writers, double transactionsPerSecond, Duration streaming, long seed) {
    public static final DemoOptions DEFAULT =
            new DemoOptions(CaptureMode.WAL, 1, 4, 300, Duration.ofSeconds(5), 20_261_121);

    public DemoOptions with(CaptureMode newCapture, double newScale, double newTransactionsPerSecond) {
        return new DemoOptions(newCapture, newScale, writers, newTransactionsPerSecond, streaming, seed);
    }
}
