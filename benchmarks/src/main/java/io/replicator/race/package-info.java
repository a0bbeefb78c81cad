/**
 * Races of whole migrations against peers: every contender does the same work on the same two servers in turn, and a run
 * after which the two sides differ is not counted.
 */
@NullMarked
package io.replicator.race;

import org.jspecify.annotations.NullMarked;
