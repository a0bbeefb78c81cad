package io.replicator.daemon;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.ReplicaRole;
import io.replicator.postgres.SqlStates;
import io.replicator.schema.DumpedSchema;
import io.replicator.schema.ExistingSchema;
import io.replicator.schema.SchemaLoader;
import io.replicator.schema.Suspensions;
import java.sql.Connection;
import java.sql.SQLException;

/** Chooses how the target gets its schema. */
final class TargetSchema {
    private TargetSchema() {}

    static SchemaLoader of(Ends ends) {
        return switch (ends.config().schema().mode()) {
            case COPY -> new DumpedSchema(ends.config(), ends.source(), ends.target());
            case EXISTING -> new ExistingSchema(ends.config(), ends.target(), ends::sourceCatalog);
        };
    }

    /** Whether foreign keys may be there while changes are applied; else they come at the cutover. */
    static boolean mayBeConstrained(Ends ends) {
        try (Connection target = ends.target().open("replica role")) {
            return ReplicaRole.isAllowed(target);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "asking for the replica role on the target", e);
        }
    }

    /** Switches off on the target what must not act while rows and changes arrive. */
    static void suspend(Ends ends) {
        try (Connection target = ends.target().open("suspend")) {
            Suspensions.suspend(target, ends.config().name(), ends.targetCatalog());
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "suspending triggers on the target", e);
        }
    }
}
