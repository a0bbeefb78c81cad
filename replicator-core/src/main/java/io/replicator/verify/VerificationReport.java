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
 */
public record VerificationReport(
        VerifyLevel level,
        @Nullable String position,
        @Nullable String notComparable,
        List<TableComparison> tables,
        List<String> sequences,
        Duration elapsed) {
    public VerificationReport {
        tables = List.copyOf(tables);
        sequences = List.copyOf(sequences);
    }

    public boolean comparable() {
        return notComparable == null;
    }

    /** The number of differences found; meaningless when not comparable. */
    public long differences() {
        long found = sequences.size();
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
