package io.replicator.progress;

import java.util.List;

/**
 * A part of a table, by its key in the key's own order or by the pages of its file: from {@code lower} on and below
 * {@code upper}. The first range has no lower and the last no upper bound, so that no row falls outside.
 *
 * @param pages whether the bounds are page numbers, which mean something under one snapshot only; else values of the key
 * @param lower a page, or the key's values, as text; empty for none
 * @param upper likewise
 */
public record CopyRange(int number, boolean pages, List<String> lower, List<String> upper) {
    /** The whole table, which is not recorded as a range. */
    public static final CopyRange WHOLE = new CopyRange(0, false, List.of(), List.of());

    public CopyRange {
        lower = List.copyOf(lower);
        upper = List.copyOf(upper);
    }

    public boolean whole() {
        return lower.isEmpty() && upper.isEmpty();
    }
}
