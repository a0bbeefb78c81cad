package io.replicator.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;

/** Waits for conditions; every wait says what for and has a limit. */
public final class Await {
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    private Await() {}

    /**
     * Waits until the condition holds.
     *
     * @param what completes the sentence "waited until …"
     * @throws org.awaitility.core.ConditionTimeoutException when it does not within the limit
     */
    public static void until(String what, Duration limit, Callable<Boolean> condition) {
        Awaitility.await("waited until " + what)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL_INTERVAL)
                .atMost(limit)
                .until(condition);
    }

    /** Like {@link #until}, for a condition that says why it does not hold. */
    public static void untilAsserted(String what, Duration limit, ThrowingRunnable assertion) {
        Awaitility.await("waited until " + what)
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL_INTERVAL)
                .atMost(limit)
                .untilAsserted(assertion);
    }
}
