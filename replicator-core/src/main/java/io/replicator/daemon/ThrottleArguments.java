package io.replicator.daemon;

/**
 * How fast the copy may be from now on.
 *
 * @param bytesPerSecond 0 for no limit
 */
public record ThrottleArguments(long bytesPerSecond) {}
