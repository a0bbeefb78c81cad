/** Scenarios of package {@code io.replicator.catalog} on real servers. */
@NullMarked
package io.replicator.catalog;

import org.jspecify.annotations.NullMarked;
