package io.replicator.apply;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import java.sql.SQLException;

/** What the target refused while changes were applied. */
final class ApplyFailures {
    private ApplyFailures() {}

    /** @param what names the operation and the object */
    static ReplicatorException of(String what, SQLException failure) {
        ErrorCode code = SqlStates.isTransient(failure) ? ErrorCode.APPLY_TRANSIENT : ErrorCode.APPLY_FAILED;
        return new ReplicatorException(code, what + ": " + SqlStates.describe(failure), failure);
    }
}
