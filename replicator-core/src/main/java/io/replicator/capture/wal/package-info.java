/**
 * Capture from the write-ahead log: a publication, a logical slot, and the pgoutput stream (PostgreSQL documentation,
 * chapters 47 "Logical Decoding" and 55.5 "Logical Streaming Replication Protocol").
 *
 * <p>Much that waits in the slot is read by SQL from a copy of it ({@link SlotBacklog}), which is streamed behind that until
 * the slot's own stream takes over ({@link SlotSuccession}). One thread does all of it. In a stream it reads without blocking,
 * and answers keepalives even when the pipeline is full. Protocol version 1 is used: the server spills large transactions and
 * only committed ones arrive. Order and resumption go by commit positions alone, because the positions of single rows of a
 * transaction can lie before an earlier commit.
 */
@NullMarked
package io.replicator.capture.wal;

import org.jspecify.annotations.NullMarked;
