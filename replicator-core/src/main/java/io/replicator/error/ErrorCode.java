package io.replicator.error;

/** Every failure replicator can report. The hint says what the operator does next. */
public enum ErrorCode {
    USAGE_INVALID(ErrorCategory.USAGE, false, "see 'replicator --help'"),
    CONFIGURATION_INVALID(
            ErrorCategory.CONFIGURATION, false, "correct the lines named above and run the command again"),
    CONFIGURATION_MISSING(
            ErrorCategory.CONFIGURATION, false, "write one with 'replicator init', or pass --source and --target"),
    CONNECTION_FAILED(ErrorCategory.CONNECTION, true, "check host, port and network, then run the command again"),
    AUTHENTICATION_FAILED(ErrorCategory.CONNECTION, false, "check user, password, .pgpass and pg_hba.conf"),
    DATABASE_MISSING(ErrorCategory.CONNECTION, false, "create the database or correct its name"),
    PRIVILEGE_MISSING(ErrorCategory.PRIVILEGE, false, "grant the privilege named above"),
    PREFLIGHT_FAILED(ErrorCategory.PREFLIGHT, false, "run the fixes named above, then 'replicator check'"),
    ALREADY_RUNNING(ErrorCategory.OWNERSHIP, false, "stop the other daemon first"),
    OWNERSHIP_LOST(
            ErrorCategory.OWNERSHIP,
            false,
            "another daemon took over; look at 'replicator status' before starting one"),
    STATE_MISMATCH(ErrorCategory.STATE, false, "nothing was changed; see docs/resume.md for what each mismatch means"),
    SOURCE_CHANGED(
            ErrorCategory.STATE,
            false,
            "the source is another server than the one recorded; point the configuration at the recorded one, or teardown and start again"),
    MIGRATION_MISSING(ErrorCategory.STATE, false, "start it with 'replicator run'"),
    PHASE_INVALID(ErrorCategory.STATE, false, "see 'replicator status' for the phase"),
    DAEMON_DOWN(ErrorCategory.STATE, false, "start the daemon with 'replicator run' and try again"),
    TOOL_MISSING(
            ErrorCategory.SCHEMA,
            false,
            "install the PostgreSQL client tools of the source's major version or newer, set pg_bin, or use schema: existing"),
    SCHEMA_FAILED(
            ErrorCategory.SCHEMA, false, "mend the object named above on the target, then start the daemon again"),
    TABLE_MISSING(ErrorCategory.SCHEMA, false, "create the table on the target, then start the daemon again"),
    COPY_FAILED(ErrorCategory.COPY, true, "start the daemon again: finished tables are not copied twice"),
    FOLLOWER_UNUSABLE(ErrorCategory.COPY, false, "correct copy.from, or remove it to read rows from the source itself"),
    TABLE_CHANGED(ErrorCategory.COPY, false, "start the daemon again: the table is copied again"),
    SLOT_FAILED(ErrorCategory.CAPTURE, false, "see the cause; drop the slot by 'replicator teardown' to start again"),
    SLOT_LOST(ErrorCategory.CAPTURE, false, "the changes in between are gone: teardown and start again"),
    STREAM_BROKEN(ErrorCategory.CAPTURE, true, "the stream is opened again from the last durable position"),
    PROTOCOL_VIOLATION(ErrorCategory.CAPTURE, false, "report this with the message"),
    REPLICA_IDENTITY_MISSING(
            ErrorCategory.CAPTURE,
            false,
            "give the table a primary key or ALTER TABLE … REPLICA IDENTITY USING INDEX …"),
    APPLY_FAILED(
            ErrorCategory.APPLY,
            false,
            "remove the cause on the target, then start the daemon again: nothing was skipped"),
    APPLY_TRANSIENT(ErrorCategory.APPLY, true, "tried again by itself"),
    ROW_MISSING(
            ErrorCategory.APPLY,
            false,
            "the target differs from the source: nobody but replicator may write to it; teardown, empty it and start again"),
    NOT_COMPARABLE(ErrorCategory.VERIFICATION, true, "try again when the cause named above is gone"),
    CUTOVER_REFUSED(ErrorCategory.CUTOVER, false, "mend the gate check named above, then start the cutover again"),
    CUTOVER_FAILED(
            ErrorCategory.CUTOVER, false, "writers go on on the source; mend the step named above and try again"),
    GATE_UNKNOWN(
            ErrorCategory.CUTOVER,
            true,
            "the source cannot be asked whether the switch happened; make it reachable before doing anything else"),
    INTERRUPTED(ErrorCategory.INTERRUPTED, false, "'replicator run' goes on where it stopped"),
    INTERNAL(ErrorCategory.INTERNAL, false, "report this with the log");

    private final ErrorCategory category;
    private final boolean retryable;
    private final String hint;

    ErrorCode(ErrorCategory category, boolean retryable, String hint) {
        this.category = category;
        this.retryable = retryable;
        this.hint = hint;
    }

    public ErrorCategory category() {
        return category;
    }

    /** Whether the same operation may succeed when it is simply tried again. */
    public boolean retryable() {
        return retryable;
    }

    public String hint() {
        return hint;
    }
}
