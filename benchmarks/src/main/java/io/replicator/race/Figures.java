package io.replicator.race;

import java.util.Arrays;
import java.util.List;

/** Minimum, median and maximum of some runs. */
record Figures(int runs, double least, double median, double most) {
    /** @param values at least one */
    static Figures of(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Figures(sorted.length, sorted[0], median, sorted[sorted.length - 1]);
    }
}
