/**
 * What the target durably holds: the migration's phase, which tables are copied, and up to where changes are applied.
 *
 * <p>All of it lives in the schema {@code replicator} of the target and is written in the same transactions as the data
 * it speaks of. Every update is a compare-and-set on the old value and the owner epoch: an advisory lock keeps a second
 * daemon away, but a lock dies with its session while other connections of a lost daemon may live on, so each start
 * takes a new epoch and whoever holds an older one changes no row any more and must stop.
 *
 * <p>Beside the state there are the operator's requests to the running daemon ({@link io.replicator.progress.Requests})
 * and the status it publishes ({@link io.replicator.progress.StatusBoard}), so that any host that reaches the target can
 * ask and command.
 */
@NullMarked
package io.replicator.progress;

import org.jspecify.annotations.NullMarked;
