/**
 * The bulk load: the rows of several tables, and of several ranges of large ones, at a time.
 *
 * <p>The rows travel from {@code COPY … TO STDOUT} to {@code COPY … FROM STDIN} as bytes that nobody parses. A table or a
 * range is one target transaction that also records it as copied, with the position of the snapshot it was read under;
 * after a crash only unfinished ones are copied again.
 *
 * <p>A large table is cut into ranges of its pages where all of them share one snapshot, and into ranges of its key where
 * each has its own: rows move between pages, so ranges of pages under two snapshots would double some and lose others.
 * Where the one snapshot was lost, {@link io.replicator.snapshot.RangeRenewal} brings the copied ranges up to the next one;
 * it does the same for whole tables that are copied while the stream goes on.
 *
 * <p>A table that was rewritten or altered since it was listed is discarded: an older snapshot reads too few rows from a
 * new file, silently.
 */
@NullMarked
package io.replicator.snapshot;

import org.jspecify.annotations.NullMarked;
