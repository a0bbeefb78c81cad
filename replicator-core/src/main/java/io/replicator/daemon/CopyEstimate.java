package io.replicator.daemon;

import io.replicator.postgres.QualifiedName;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long the bulk load will take. Its end is not before that of the slowest table, and then indexes are built, which takes
 * about twice the time that copying as many bytes does. Used by one thread.
 */
final class CopyEstimate {
    private static final double FIRST_PERCENT = 0.01;
    private static final double INDEX_WEIGHT = 2;

    private final LongSupplier nanos;
    private final Rate rate;
    private final Map<QualifiedName, Rate> tables = new HashMap<>();

    CopyEstimate() {
        this(System::nanoTime);
    }

    /** @param nanos the clock, as {@link System#nanoTime} */
    CopyEstimate(LongSupplier nanos) {
        this.nanos = nanos;
        this.rate = new Rate(nanos);
    }

    /** How much of a table is done, in bytes. */
    record Part(long done, long total) {}

    /**
     * Takes a sample.
     *
     * @param moving tables that are being copied
     * @param indexBytes the size of the indexes that are to be built
     * @return seconds; null when unknown, as before the first percent
     */
    @Nullable
    Double seconds(long done, long total, Map<QualifiedName, Part> moving, long indexBytes) {
        Double speed = rate.sample(done);
        tables.keySet().retainAll(Set.copyOf(moving.keySet()));
        double slowest = 0;
        for (Map.Entry<QualifiedName, Part> table : moving.entrySet()) {
            Part part = table.getValue();
            Double own =
                    tables.computeIfAbsent(table.getKey(), _ -> new Rate(nanos)).sample(part.done);
            if (own != null && own > 0) {
                slowest = Math.max(slowest, (part.total - part.done) / own);
            }
        }
        if (speed == null || speed <= 0 || total <= 0 || done < FIRST_PERCENT * total) {
            return null;
        }
        return Math.max(slowest, (total - done) / speed) + INDEX_WEIGHT * indexBytes / speed;
    }
}
