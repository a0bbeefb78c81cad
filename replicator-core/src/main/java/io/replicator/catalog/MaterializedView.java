package io.replicator.catalog;

import io.replicator.postgres.QualifiedName;

/**
 * A materialized view.
 *
 * @param level 0 when it depends on no other materialized view, else one more than the highest it depends on
 */
public record MaterializedView(QualifiedName name, boolean populated, int level) {}
