package io.replicator.race;

import java.util.Arrays;
import java.util.List;

/**
 * Minimum, median and maximum of some runs.
 *
 * @param runs how many; without any the others are 0
 */
record Figures(int runs, double least, double median, double most) {
    static Figures of(List<Double> values) {
        if (values.isEmpty()) {
            return new Figures(0, 0, 0, 0);
        }
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Figures(sorted.length, sorted[0], median, sorted[sorted.length - 1]);
    }
}
