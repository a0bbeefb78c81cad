package io.replicator.cli.demo;

import java.util.Set;

/**
 * What a comparison covers besides the rows of tables.
 *
 * @param excludedTables names as {@code schema.table}
 * @param sequences whether the target's sequences must not be behind the source's, as after a cutover
 * @param listed how many differences are described; all are counted
 */
public record ComparisonOptions(
        Set<String> excludedTables, boolean sequences, MaterializedViews materializedViews, int listed) {

    /** How materialized views are compared. */
    public enum MaterializedViews {
        /** The target's rows with what the source's query gives now, as after a refresh on the target. */
        AS_DEFINED,
        /** The stored rows of both sides. */
        AS_STORED,
        IGNORED
    }

    public ComparisonOptions {
        excludedTables = Set.copyOf(excludedTables);
    }

    /** Everything, as it must be after a cutover. */
    public static ComparisonOptions afterCutover() {
        return new ComparisonOptions(Set.of(), true, MaterializedViews.AS_DEFINED, 50);
    }

    /** The rows of tables only, as while changes are streamed. */
    public static ComparisonOptions rowsOnly() {
        return new ComparisonOptions(Set.of(), false, MaterializedViews.IGNORED, 50);
    }

    public ComparisonOptions excluding(String... tables) {
        return new ComparisonOptions(Set.of(tables), sequences, materializedViews, listed);
    }

    public ComparisonOptions with(MaterializedViews newMaterializedViews) {
        return new ComparisonOptions(excludedTables, sequences, newMaterializedViews, listed);
    }
}
