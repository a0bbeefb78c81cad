package io.replicator.postgres;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads SQLSTATEs (PostgreSQL documentation, appendix A). */
public final class SqlStates {
    public static final String UNIQUE_VIOLATION = "23505";
    public static final String EXCLUSION_VIOLATION = "23P01";
    public static final String LOCK_NOT_AVAILABLE = "55P03";
    public static final String OBJECT_IN_USE = "55006";
    public static final String UNDEFINED_TABLE = "42P01";
    public static final String UNDEFINED_OBJECT = "42704";
    public static final String UNDEFINED_FUNCTION = "42883";
    public static final String DEADLOCK_DETECTED = "40P01";
    public static final String QUERY_CANCELED = "57014";
    public static final String FEATURE_NOT_SUPPORTED = "0A000";
    public static final String READ_ONLY_TRANSACTION = "25006";
    public static final String CONNECTION_FAILURE = "08006";
    public static final String INSUFFICIENT_PRIVILEGE = "42501";

    private SqlStates() {}

    /** Whether the same transaction may succeed when it is run again: 40001, 40P01, 08*, 57P*, 53*. */
    public static boolean isTransient(SQLException failure) {
        String state = failure.getSQLState();
        return state != null
                && (state.equals("40001")
                        || state.equals(DEADLOCK_DETECTED)
                        || state.startsWith("08")
                        || state.startsWith("57P")
                        || state.startsWith("53"));
    }

    /** Whether the connection is gone. */
    public static boolean isConnectionLoss(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && (state.startsWith("08") || state.startsWith("57P"));
    }

    public static boolean has(@Nullable Throwable failure, String sqlState) {
        return failure instanceof SQLException sql && sqlState.equals(sql.getSQLState());
    }

    /** The server's message with its SQLSTATE, on one line. */
    public static String describe(SQLException failure) {
        String message = failure.getMessage() == null
                ? "no message"
                : failure.getMessage().replace('\n', ' ');
        return failure.getSQLState() == null ? message : message + " (SQLSTATE " + failure.getSQLState() + ")";
    }

    /**
     * Wraps a failure of a statement: connection losses and transient errors keep their own codes, everything else gets
     * the given one.
     *
     * @param what names the operation and the object, for example {@code "reading the catalog of the source"}
     */
    public static ReplicatorException wrap(ErrorCode otherwise, String what, SQLException failure) {
        ErrorCode code = isConnectionLoss(failure)
                ? ErrorCode.CONNECTION_FAILED
                : has(failure, INSUFFICIENT_PRIVILEGE) ? ErrorCode.PRIVILEGE_MISSING : otherwise;
        return new ReplicatorException(code, what + ": " + describe(failure), failure);
    }
}
