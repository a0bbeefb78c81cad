package io.replicator.error;

import java.io.Serial;

/** The one unchecked root of all failures. The message names the object concerned and never holds a secret. */
public final class ReplicatorException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    public ReplicatorException(ErrorCode code, String message) {
        super(message);
        this.code = code;
    }

    public ReplicatorException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public ErrorCode code() {
        return code;
    }

    /** The message with the code's hint, as one line for an operator. */
    public String advice() {
        return getMessage() + " → " + code.hint();
    }
}
