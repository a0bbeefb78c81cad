package io.replicator.cutover;

/**
 * A step of a cutover began or ended.
 *
 * @param state {@code started}, {@code done}, {@code failed} or {@code skipped}
 * @param elapsedMillis how long the step took; 0 at its start
 */
public record CutoverEvent(String step, String state, long elapsedMillis, String detail) {}
