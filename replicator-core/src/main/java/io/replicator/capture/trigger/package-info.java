/**
 * Capture by triggers, for sources that give neither a replication role nor WAL.
 *
 * <p>Triggers write which keys changed, and in which transaction, into change logs shared by all tables of one key
 * shape. A window is what became visible between two snapshots: for each touched key the current row is read under the
 * newer snapshot and sent on, so that after a window the target equals the source as of that snapshot. Nothing depends on
 * clocks, sequences or the order of commits.
 *
 * <p>What the triggers cannot see (a toggled trigger, a rewritten table, an attached partition) is looked for inside each
 * window's snapshot; such a table is read whole within the window.
 */
@NullMarked
package io.replicator.capture.trigger;

import org.jspecify.annotations.NullMarked;
