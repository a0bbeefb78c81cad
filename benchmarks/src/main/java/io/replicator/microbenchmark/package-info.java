/**
 * JMH benchmarks of single parts: what decoding a message and passing it through the ring cost by themselves, without a
 * server. They find what got slower; how fast a migration is, the races tell.
 */
@NullMarked
package io.replicator.microbenchmark;

import org.jspecify.annotations.NullMarked;
