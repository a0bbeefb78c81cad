package io.replicator;

/**
 * How the daemon runs.
 *
 * @param copyOnly capture nothing: copy, build indexes and constraints, align sequences, verify, and end
 */
public record RunOptions(boolean copyOnly) {}
