/** JMH benchmarks of what the apply package keeps to itself. */
@NullMarked
package io.replicator.apply;

import org.jspecify.annotations.NullMarked;
