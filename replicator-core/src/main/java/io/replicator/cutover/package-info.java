/**
 * The switch: a sequence of steps with a time budget that either happens as a whole or is undone as a whole.
 *
 * <p>The point of no return is one transaction on the source: it creates the triggers that refuse writes and sets the
 * gate to {@code moved}. Everything before undoes itself, whoever dies; a restarted daemon reads the gate and nothing
 * else to learn which side of that point it is on.
 *
 * <p>While the fence stands, its session holds a SHARE ROW EXCLUSIVE lock on every replicated table. Whoever had written
 * before has ended, prepared transactions included, and nobody else writes: there is nothing left to drain. A dead man's
 * switch ends the session when this host stops answering, and a clock when the budget is spent.
 */
@NullMarked
package io.replicator.cutover;

import org.jspecify.annotations.NullMarked;
