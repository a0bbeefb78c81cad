/**
 * Applies changes to the target.
 *
 * <p>The router gathers whole source transactions into batches, reduced to one net change per key and table, and spreads
 * them over lanes by the hash of the key. A lane is one connection and its thread; it applies its part set-wise, one
 * statement per table, operation and set of columns. Each lane writes its progress in the same target transaction as its
 * data, so that both are there or neither is. A source transaction larger than a batch is applied in pieces inside one
 * target transaction per lane.
 *
 * <p>A table stays whole in one lane where rows depend on each other (further unique or exclusion constraints, no key) or
 * where equal keys may be different bytes. What needs the source's order across lanes is applied by one of them, together
 * with its whole source transaction. After a death lanes may stand at different positions; each skips what it has, and
 * how rows were spread is recorded, so that what comes again finds the same lane.
 *
 * <p>Tables with further unique or exclusion constraints are tried set-wise under a savepoint; where the order of
 * statements turns out to matter, the same changes are applied one by one in the source's order.
 *
 * <p>Small groups of rows travel as arrays, and their statements together with the lane's progress in one round trip
 * ({@link io.replicator.apply.RoundTrip}); when it fails, {@link io.replicator.apply.PoisonSearch} finds the row.
 *
 * <p>Changes of tables that are copied while the stream goes on are passed over and shown to whoever copies them
 * ({@link io.replicator.apply.TableStarts}).
 *
 * <p>Every statement's row count is compared with what the source says happened: a row that is not there stops the
 * migration, nothing is skipped.
 */
@NullMarked
package io.replicator.apply;

import org.jspecify.annotations.NullMarked;
