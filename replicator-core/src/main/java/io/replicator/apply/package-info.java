/**
 * Applies changes to the target.
 *
 * <p>A lane is one connection and its thread. It gathers whole source transactions into a batch, reduces them to one net
 * change per key and table, and applies those set-wise: one statement per table, operation and set of columns, over
 * arrays. Progress is written in the same target transaction, so that both are there or neither is. A source transaction
 * larger than a batch is applied in pieces inside one target transaction.
 *
 * <p>Tables with further unique or exclusion constraints are tried set-wise under a savepoint; where the order of
 * statements turns out to matter, the same changes are applied one by one in the source's order.
 *
 * <p>Every statement's row count is compared with what the source says happened: a row that is not there stops the
 * migration, nothing is skipped.
 */
@NullMarked
package io.replicator.apply;

import org.jspecify.annotations.NullMarked;
