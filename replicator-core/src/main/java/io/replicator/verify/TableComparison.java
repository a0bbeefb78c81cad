package io.replicator.verify;

import io.replicator.postgres.QualifiedName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a comparison of one table gave.
 *
 * @param sourceRows null when the table was not read there
 * @param targetRows null when the table was not read there
 * @param differences one line each, naming what differs, or what could not be compared and why; empty when equal
 */
public record TableComparison(
        QualifiedName table,
        @Nullable Long sourceRows,
        @Nullable Long targetRows,
        List<String> differences) {
    static final String NOT_COMPARED = "not compared: ";

    public TableComparison {
        differences = List.copyOf(differences);
    }

    public boolean equal() {
        return differences.isEmpty();
    }

    /** Whether both sides could be read, or differ by what is known without reading them. */
    public boolean compared() {
        for (String difference : differences) {
            if (difference.startsWith(NOT_COMPARED)) {
                return false;
            }
        }
        return true;
    }
}
