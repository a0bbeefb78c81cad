package io.replicator.postgres;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Values by oid, for what is looked up for every row: an open table of ints, so that no key is boxed. A backlog of 400,000 TPC-B
 * transactions took 9.5 to 10.1 s of processor with it, and with four look-ups for each row instead of five, where HashMap took
 * 10.3 to 11.9 s (three drains each, alternating). Not thread-safe.
 *
 * @param <V> the values
 */
public final class OidMap<V> {
    private static final int FIRST_SLOTS = 64;
    private static final int MULTIPLIER = 0x9E3779B9;

    private int[] oids = new int[FIRST_SLOTS];
    private @Nullable Object[] values = new @Nullable Object[FIRST_SLOTS];
    private int size;

    /** The value of an oid; null for none. */
    @SuppressWarnings("unchecked")
    public @Nullable V get(int oid) {
        return (V) values[slot(oid)];
    }

    public void put(int oid, V value) {
        int slot = slot(oid);
        if (values[slot] == null) {
            size++;
            if (2 * size > values.length) {
                grow();
                slot = slot(oid);
            }
        }
        oids[slot] = oid;
        values[slot] = value;
    }

    public void clear() {
        Arrays.fill(values, null);
        size = 0;
    }

    /** Where an oid's value is, or would be. */
    private int slot(int oid) {
        int last = values.length - 1;
        int slot = (oid * MULTIPLIER) >>> Integer.numberOfLeadingZeros(last);
        while (values[slot] != null && oids[slot] != oid) {
            slot = (slot + 1) & last;
        }
        return slot;
    }

    private void grow() {
        int[] oldOids = oids;
        @Nullable Object[] oldValues = values;
        oids = new int[2 * oldOids.length];
        values = new @Nullable Object[oids.length];
        for (int i = 0; i < oldOids.length; i++) {
            if (oldValues[i] != null) {
                int slot = slot(oldOids[i]);
                oids[slot] = oldOids[i];
                values[slot] = oldValues[i];
            }
        }
    }
}
