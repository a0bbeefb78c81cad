package io.replicator.race;

import java.util.Locale;

/**
 * One run.
 *
 * @param difference tables that differed afterwards; a run with any is not counted
 */
record Sample(Workload workload, String contender, int round, double seconds, String difference) {
    boolean counts() {
        return difference.isEmpty();
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%-7s round %d  %-20s %8.2f s%s",
                workload.name().toLowerCase(Locale.ROOT),
                round,
                contender,
                seconds,
                counts() ? "" : "  REFUSED, these tables differ: " + difference);
    }
}
