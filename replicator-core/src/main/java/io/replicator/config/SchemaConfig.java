package io.replicator.config;

/** Where the target's tables come from. */
public record SchemaConfig(Mode mode) {
    /** The ways to a schema on the target. */
    public enum Mode {
        /** pg_dump and pg_restore bring it. */
        COPY,
        /** It is already there, with empty tables. */
        EXISTING
    }
}
