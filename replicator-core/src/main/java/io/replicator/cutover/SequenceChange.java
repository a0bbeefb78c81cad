package io.replicator.cutover;

import io.replicator.postgres.QualifiedName;

/**
 * A sequence to realign on the target.
 *
 * @param sql the statement that does it
 */
public record SequenceChange(QualifiedName sequence, long sourceValue, long targetValue, boolean called, String sql) {}
