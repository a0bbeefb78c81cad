package io.replicator.error;

/** Groups error codes; each category has one process exit code (0 to 2 belong to the commands' own results). */
public enum ErrorCategory {
    USAGE(3, "wrong command line"),
    CONFIGURATION(4, "invalid configuration"),
    CONNECTION(5, "a server cannot be reached or refuses the login"),
    PRIVILEGE(6, "a role lacks a privilege"),
    PREFLIGHT(7, "a preflight check failed, nothing was changed"),
    OWNERSHIP(8, "another daemon owns the migration"),
    STATE(9, "the recorded state does not fit the servers"),
    SCHEMA(10, "copying the schema failed"),
    COPY(11, "the bulk load failed"),
    CAPTURE(12, "capturing changes failed"),
    APPLY(13, "applying changes failed"),
    VERIFICATION(14, "the two sides could not be compared"),
    CUTOVER(15, "the cutover could not be started or decided"),
    INTERRUPTED(16, "stopped by the operator"),
    INTERNAL(17, "a defect in replicator");

    private final int exitCode;
    private final String description;

    ErrorCategory(int exitCode, String description) {
        this.exitCode = exitCode;
        this.description = description;
    }

    public int exitCode() {
        return exitCode;
    }

    public String description() {
        return description;
    }
}
