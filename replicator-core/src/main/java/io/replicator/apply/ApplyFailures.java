package io.replicator.apply;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import java.sql.SQLException;

/** What the target refused while changes were applied. */
final class ApplyFailures {
    private ApplyFailures() {}

    /**
     * Of a statement over the tables of the migration.
     *
     * @param what names the operation and the object
     */
    static ReplicatorException ofTables(String what, SQLException failure) {
        return SqlStates.has(failure, SqlStates.UNDEFINED_TABLE)
                ? new ReplicatorException(ErrorCode.TABLE_MISSING, what + ": " + SqlStates.describe(failure), failure)
                : of(what, failure);
    }

    /** @param what names the operation and the object */
    static ReplicatorException of(String what, SQLException failure) {
        ErrorCode code = SqlStates.isTransient(failure) ? ErrorCode.APPLY_TRANSIENT : ErrorCode.APPLY_FAILED;
        return new ReplicatorException(code, what + ": " + SqlStates.describe(failure), failure);
    }
}
