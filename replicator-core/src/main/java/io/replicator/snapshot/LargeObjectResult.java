package io.replicator.snapshot;

import java.util.ArrayList;
import java.util.List;

/**
 * What a pass over large objects found.
 *
 * @param count how many the source has
 * @param missing how many the target did not have
 * @param changed how many had other contents
 * @param extra how many the source no longer has
 * @param samples some of these, one line each
 */
public record LargeObjectResult(long count, long missing, long changed, long extra, List<String> samples) {
    static final LargeObjectResult NOTHING = new LargeObjectResult(0, 0, 0, 0, List.of());
    private static final int SAMPLES = 20;

    public LargeObjectResult {
        samples = List.copyOf(samples);
    }

    static LargeObjectResult of(LargeObjectDifferences found) {
        List<String> samples = new ArrayList<>();
        add(samples, found.missing(), "is missing on the target");
        add(samples, found.changed(), "has other contents on the target");
        add(samples, found.foreign(), "has other contents on the target");
        add(samples, found.extra(), "is on the target only");
        return new LargeObjectResult(
                found.count(),
                found.missing().size(),
                (long) found.changed().size() + found.foreign().size(),
                found.extra().size(),
                samples);
    }

    private static void add(List<String> samples, List<Long> oids, String what) {
        for (int index = 0; index < oids.size() && samples.size() < SAMPLES; index++) {
            samples.add("large object " + oids.get(index) + " " + what);
        }
    }

    LargeObjectResult plus(LargeObjectResult other) {
        List<String> both = new ArrayList<>(samples);
        both.addAll(other.samples);
        return new LargeObjectResult(
                count + other.count,
                missing + other.missing,
                changed + other.changed,
                extra + other.extra,
                both.subList(0, Math.min(SAMPLES, both.size())));
    }

    /** How many were not as on the source. */
    public long differing() {
        return missing + changed + extra;
    }

    /** {@code 412 large objects, 3 of them new, 1 changed, 2 removed}. */
    @Override
    public String toString() {
        return count == 0 && differing() == 0
                ? "no large objects"
                : count + (count == 1 ? " large object, " : " large objects, ") + missing + " of them new, " + changed
                        + " changed, " + extra + " removed";
    }
}
