package io.replicator.verify;

import io.replicator.config.VerifyLevel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of a verification.
 *
 * @param position the position both sides were compared at; null when not comparable
 * @param notComparable why there was no matching pair of snapshots; null when there was one
 * @param sequences differences of sequences, one line each
 * @param largeObjects differences of large objects, one line each, but not of all; empty while changes stream, as large
 *     objects are not followed then
 */
public record VerificationReport(
        VerifyLevel level,
        @Nullable String position,
        @Nullable String notComparable,
        List<TableComparison> tables,
        List<String> sequences,
        List<String> largeObjects,
        Duration elapsed) {
    public VerificationReport {
        tables = List.copyOf(tables);
        sequences = List.copyOf(sequences);
        largeObjects = List.copyOf(largeObjects);
    }

    public boolean comparable() {
        return notComparable == null;
    }

    /** The number of differences found; meaningless when not comparable. */
    public long differences() {
        long found = (long) sequences.size() + largeObjects.size();
        for (TableComparison table : tables) {
            found += table.differences().size();
        }
        return found;
    }

    /** Whether both sides were compared and are equal. */
    public boolean equal() {
        return comparable() && differences() == 0;
    }
}
