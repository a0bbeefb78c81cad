package io.replicator.verify;

import io.replicator.postgres.QualifiedName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a comparison of one table gave.
 *
 * @param sourceRows null when the table could not be read there
 * @param differences one line each, naming what differs; empty when equal
 */
public record TableComparison(
        QualifiedName table,
        @Nullable Long sourceRows,
        @Nullable Long targetRows,
        List<String> differences) {
    public TableComparison {
        differences = List.copyOf(differences);
    }

    public boolean equal() {
        return differences.isEmpty();
    }
}
