package io.replicator.progress;

import java.util.List;

/**
 * A part of a table by its key: from {@code lower} on and below {@code upper}, in the key's own order. The first range has
 * no lower and the last no upper bound, so that no row falls outside.
 *
 * @param lower the key's values as text; empty for none
 * @param upper likewise
 */
public record KeyRange(int number, List<String> lower, List<String> upper) {
    /** The whole table, which is not recorded as a range. */
    public static final KeyRange WHOLE = new KeyRange(0, List.of(), List.of());

    public KeyRange {
        lower = List.copyOf(lower);
        upper = List.copyOf(upper);
    }

    public boolean whole() {
        return lower.isEmpty() && upper.isEmpty();
    }
}
