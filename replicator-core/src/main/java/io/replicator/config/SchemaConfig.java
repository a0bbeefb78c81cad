package io.replicator.config;

import org.jspecify.annotations.Nullable;

/**
 * Where the target's tables come from, and how their indexes are built.
 *
 * @param truncate whether rows that are in the tables before the load are removed; otherwise they are refused
 * @param indexMemoryBytes memory of one index build; 0 for the server's own setting, but 256 MB at least
 * @param indexWorkers further processes for one index build; negative for the server's own setting
 * @param owner a role of the target that is to own what is copied; null for the target's login
 * @param grants what becomes of the privileges that the source granted
 */
public record SchemaConfig(
        Mode mode,
        boolean truncate,
        long indexMemoryBytes,
        int indexWorkers,
        @Nullable String owner,
        Grants grants) {
    public static final SchemaConfig DEFAULT = new SchemaConfig(Mode.COPY);

    public SchemaConfig(Mode mode) {
        this(mode, false, 0, -1, null, Grants.NONE);
    }

    /** Which privileges the target's roles get. */
    public enum Grants {
        /** None. */
        NONE,
        /** Those of the source's roles, under the same names. */
        COPY
    }

    /** The ways to a schema on the target. */
    public enum Mode {
        /** pg_dump and pg_restore bring it. */
        COPY,
        /** It is already there, with empty tables. */
        EXISTING
    }
}
