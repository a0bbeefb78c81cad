package io.replicator;

/**
 * How the daemon runs.
 *
 * @param copyOnly stop after the bulk load
 */
public record RunOptions(boolean copyOnly) {}
