/**
 * What travels from the source to the target: changes, the transactions they belong to, and the raw tuples.
 *
 * <p>Values are never parsed: a {@link io.replicator.change.Tuple} is a view of the bytes that arrived, and the applier
 * passes those bytes on. A {@link io.replicator.change.Position} always lies between two source transactions.
 */
@NullMarked
package io.replicator.change;

import org.jspecify.annotations.NullMarked;
