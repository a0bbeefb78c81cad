package io.replicator.config;

/** What stops the writers of the source at cutover. */
public enum FenceMode {
    /** Table locks while the cutover runs, then triggers that refuse every write. */
    READONLY,
    /** The hooks guarantee that nobody writes; drained and checked all the same. */
    NONE
}
