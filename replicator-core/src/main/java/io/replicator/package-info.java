/** The engine as one object: {@link io.replicator.Replicator}. */
@NullMarked
package io.replicator;

import org.jspecify.annotations.NullMarked;
