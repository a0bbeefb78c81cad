/** Scenarios of package {@code io.replicator.schema} on real servers. */
@NullMarked
package io.replicator.schema;

import org.jspecify.annotations.NullMarked;
