/**
 * The bulk load: every table's rows under one snapshot of the source, several tables at a time.
 *
 * <p>The rows travel from {@code COPY … TO STDOUT} to {@code COPY … FROM STDIN} as bytes that nobody parses. A table is
 * one target transaction that also records the table as copied, with the position of the snapshot it was read under;
 * after a crash only unfinished tables are copied again, under a newer snapshot with a position of its own.
 *
 * <p>A table that was rewritten or altered since it was listed is discarded: an older snapshot reads too few rows from a
 * new file, silently.
 */
@NullMarked
package io.replicator.snapshot;

import org.jspecify.annotations.NullMarked;
