package io.replicator.apply;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Puts changes, roughly, in the order in which their keys start, so that neighbours in the index follow one another: 100,000 of a
 * million rows, updated at random in groups of 2,500, took a server 0.66 instead of 0.72 s (medians of three, interleaved).
 *
 * <p>Keys are distributed over as many ranges of equal width as there are changes, and no two of them are compared: those of one
 * range may stand in any order, unless they are many: that is so where few keys lie far from the others. That takes 7 ns for a
 * change, where sorting takes 110 (KeyOrderBenchmark).
 */
final class KeyOrder {
    private static final int MOST_RANGES = 1 << 16;
    private static final int MANY = 64;
    static final Comparator<NetChange> BY_KEY =
            (one, other) -> Long.compareUnsigned(one.key().start(), other.key().start());

    private KeyOrder() {}

    static List<NetChange> of(List<NetChange> changes) {
        long least = -1;
        long most = 0;
        for (NetChange change : changes) {
            long start = change.key().start();
            if (Long.compareUnsigned(start, least) < 0) {
                least = start;
            }
            if (Long.compareUnsigned(start, most) > 0) {
                most = start;
            }
        }
        int size = changes.size();
        if (size < 2 || least == most) {
            return changes;
        }
        int ranges = Math.min(Integer.highestOneBit(size - 1) << 1, MOST_RANGES);
        int spread = Long.SIZE - Long.numberOfLeadingZeros(most - least);
        int shift = Math.max(0, spread - Integer.numberOfTrailingZeros(ranges));
        int[] next = new int[ranges + 1];
        for (NetChange change : changes) {
            next[range(change, least, shift) + 1]++;
        }
        for (int range = 1; range < ranges; range++) {
            next[range] += next[range - 1];
        }
        NetChange[] ordered = new NetChange[size];
        for (NetChange change : changes) {
            ordered[next[range(change, least, shift)]++] = change;
        }
        int from = 0;
        for (int range = 0; range < ranges; range++) {
            if (next[range] - from > MANY) {
                Arrays.sort(ordered, from, next[range], BY_KEY);
            }
            from = next[range];
        }
        return Arrays.asList(ordered);
    }

    private static int range(NetChange change, long least, int shift) {
        return (int) ((change.key().start() - least) >>> shift);
    }
}
