package io.replicator.schema;

import io.replicator.catalog.Table;
import java.util.Collection;
import java.util.List;

/** Brings the source's definitions to the target. Both steps may be repeated: what is done stays as it is. */
public sealed interface SchemaLoader permits DumpedSchema, ExistingSchema {
    /**
     * Creates what rows need: schemas, types, functions, tables, sequences, views.
     *
     * @throws io.replicator.error.ReplicatorException {@code SCHEMA_FAILED} naming the object, {@code TABLE_MISSING}
     */
    void preData();

    /** Begins to build the indexes, which is told which tables are complete. */
    IndexBuild startIndexes();

    /**
     * Creates the indexes, primary keys and unique constraints that are not there yet, which changes need to find their
     * rows, and analyzes the tables.
     *
     * @param joined tables whose rows were read under several snapshots: a value that moved from one row to another may
     *     stand in both until the stream has passed the last snapshot, so what demands distinct values beside the key is
     *     left for a later call
     * @throws io.replicator.error.ReplicatorException {@code SCHEMA_FAILED} naming every object that failed,
     *     {@code INTERRUPTED} when the thread was interrupted; what was built stays
     */
    void finishIndexes(IndexBuild build, Collection<Table> joined);

    /** {@link #startIndexes} and {@link #finishIndexes}. */
    default void indexes(Collection<Table> joined) {
        try (IndexBuild build = startIndexes()) {
            finishIndexes(build, joined);
        }
    }

    /** Whether {@link #indexes} left anything. */
    boolean indexesLeft();

    /**
     * Creates foreign keys, triggers, rules, policies and the rest: what holds only when the tables fit each other, as
     * they do once the stream has passed the last snapshot that rows were read under.
     *
     * @throws io.replicator.error.ReplicatorException as {@link #indexes}
     */
    void constraints();

    /** {@link #indexes} and {@link #constraints}. */
    default void postData() {
        indexes(List.of());
        constraints();
    }
}
