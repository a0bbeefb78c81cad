package io.replicator.cli.demo;

import io.replicator.postgres.QualifiedName;
import java.util.List;

/**
 * What a comparison found.
 *
 * @param relations the compared tables and materialized views with their numbers of rows
 * @param differences descriptions, as many as asked for
 * @param differenceCount all differences
 */
public record ComparisonResult(List<RowCounts> relations, List<String> differences, long differenceCount) {
    /** The numbers of rows on both sides. */
    public record RowCounts(QualifiedName name, long source, long target) {}

    public ComparisonResult {
        relations = List.copyOf(relations);
        differences = List.copyOf(differences);
    }

    public boolean equal() {
        return differenceCount == 0;
    }

    /** The rows compared, on the source's side. */
    public long rows() {
        return relations.stream().mapToLong(RowCounts::source).sum();
    }

    /** @throws AssertionError that lists the differences */
    public void assertEqual() {
        if (!equal()) {
            throw new AssertionError(differenceCount + " differences between source and target:\n  "
                    + String.join("\n  ", differences)
                    + (differenceCount > differences.size() ? "\n  …" : ""));
        }
    }
}
