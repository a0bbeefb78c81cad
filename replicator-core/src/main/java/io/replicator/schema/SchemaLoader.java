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
     * Creates what is built over the rows: indexes, constraints, triggers, rules, policies.
     *
     * @throws io.replicator.error.ReplicatorException {@code SCHEMA_FAILED} naming every object that failed,
     *     {@code INTERRUPTED} when the thread was interrupted; what was built stays
     */
    void postData();
}
