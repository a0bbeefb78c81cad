/** Scenarios of package {@code io.replicator.preflight} on real servers. */
@NullMarked
package io.replicator.preflight;

import org.jspecify.annotations.NullMarked;
