/**
 * The target's schema: its definitions first, the rows next, and then whatever rows must not meet (indexes,
 * constraints, triggers); and what has to be switched off on the target while changes are applied.
 *
 * <p>pg_dump reads the source's definitions once; they are kept in the target as entries in schema {@code replicator},
 * and from then on no tool and no file is needed. Pre-data is one transaction. Every entry of post-data is a
 * transaction of its own that also marks the entry as done, so that a daemon killed at any moment goes on with the
 * entries that are missing, on whatever host. Indexes are built in parallel, those of a table as soon as its last row is in;
 * foreign keys are added without looking at the rows, and then validated in parallel. Where the schema is on the target
 * already, what would slow the load down is dropped and becomes such entries too.
 *
 * <p>Everything of the source is created, also tables that the filter leaves out: they stay empty, and foreign keys
 * that point to them are left out, as their rows would have no counterpart.
 */
@NullMarked
package io.replicator.schema;

import org.jspecify.annotations.NullMarked;
