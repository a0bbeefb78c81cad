package io.replicator.snapshot;

import io.replicator.catalog.Table;
import io.replicator.progress.CopyRange;

/** What one job copies at a time: a table, or a range of one. */
record CopyUnit(Table table, CopyRange range) {}
