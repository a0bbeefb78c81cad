package io.replicator.error;

import java.io.Serial;

/** The one unchecked root of all failures. The message names the object concerned and never holds a secret. */
public final class ReplicatorException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final String message;

    public ReplicatorException(ErrorCode code, String message) {
        super(message);
        this.code = code;
        this.message = message;
    }

    public ReplicatorException(ErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.message = message;
    }

    public ErrorCode code() {
        return code;
    }

    @Override
    public String getMessage() {
        return message;
    }

    /** The message with the code's hint, as one line for an operator. */
    public String advice() {
        return message + " → " + code.hint();
    }
}
