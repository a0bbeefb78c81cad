/**
 * Proof that both sides are equal.
 *
 * <p>Two sides are compared under snapshots of matching positions only. While changes flow, the position is made by a
 * temporary slot, whose exported snapshot contains exactly the transactions before its consistent point, and a barrier
 * in the pipeline at that point; where that cannot be had the answer is "not comparable".
 */
@NullMarked
package io.replicator.verify;

import org.jspecify.annotations.NullMarked;
