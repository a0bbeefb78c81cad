/**
 * The way from the thread that receives changes to the one that applies them: a ring buffer with one producer (LMAX
 * Disruptor), budgeted in bytes.
 *
 * <p>A full ring or a spent budget never blocks the receiver, which has to keep its connection alive; it is told to
 * offer again. A failure of the taker halts the ring, and the next offer throws it.
 */
@NullMarked
package io.replicator.pipeline;

import org.jspecify.annotations.NullMarked;
