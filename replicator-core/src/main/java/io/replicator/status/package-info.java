/**
 * Snapshots of the daemon's state, as it publishes them and as {@code status} shows them, and the port for metrics.
 *
 * <p>A value that is not known is null, and shown as unknown.
 */
@NullMarked
package io.replicator.status;

import org.jspecify.annotations.NullMarked;
