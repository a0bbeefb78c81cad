package io.replicator.schema;

/** Brings the source's definitions to the target. Both steps may be repeated: what is done stays as it is. */
public sealed interface SchemaLoader permits DumpedSchema, ExistingSchema {
    /**
     * Creates what rows need: schemas, types, functions, tables, sequences, views.
     *
     * @throws io.replicator.error.ReplicatorException {@code SCHEMA_FAILED} naming the object, {@code TABLE_MISSING}
     */
    void preData();

    /**
     * Creates the indexes, primary keys and unique constraints, which changes need to find their rows.
     *
     * @throws io.replicator.error.ReplicatorException {@code SCHEMA_FAILED} naming every object that failed,
     *     {@code INTERRUPTED} when the thread was interrupted; what was built stays
     */
    void indexes();

    /**
     * Creates foreign keys, triggers, rules, policies and the rest: what holds only when the tables fit each other, as
     * they do once the stream has passed the last snapshot that rows were read under.
     *
     * @throws io.replicator.error.ReplicatorException as {@link #indexes}
     */
    void constraints();

    /** {@link #indexes} and {@link #constraints}. */
    default void postData() {
        indexes();
        constraints();
    }
}
