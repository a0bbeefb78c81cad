package io.replicator.race;

import java.util.Locale;
import java.util.Map;

/**
 * One run.
 *
 * @param work what was done, with its unit
 * @param value what counts; 0 when the run failed
 * @param details further figures, by name
 * @param fault why the run does not count; empty when it does
 */
record Sample(String work, String contender, int round, double value, Map<String, Double> details, String fault) {
    boolean counts() {
        return fault.isEmpty();
    }

    String line() {
        StringBuilder line =
                new StringBuilder(String.format(Locale.ROOT, "%-28s round %d  %-20s ", work, round, contender));
        if (!counts()) {
            return line.append("REFUSED: ").append(fault).toString();
        }
        line.append(String.format(Locale.ROOT, "%10.2f", value));
        details.forEach((name, detail) -> line.append(String.format(Locale.ROOT, "  %s %.3f", name, detail)));
        return line.toString();
    }
}
