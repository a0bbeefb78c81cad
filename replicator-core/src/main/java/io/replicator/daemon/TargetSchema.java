package io.replicator.daemon;

import io.replicator.schema.DumpedSchema;
import io.replicator.schema.ExistingSchema;
import io.replicator.schema.SchemaLoader;

/** Chooses how the target gets its schema. */
final class TargetSchema {
    private TargetSchema() {}

    static SchemaLoader of(Ends ends) {
        return switch (ends.config().schema().mode()) {
            case COPY -> new DumpedSchema(ends.config(), ends.source(), ends.target());
            case EXISTING -> new ExistingSchema(ends.target(), ends.sourceCatalog());
        };
    }
}
