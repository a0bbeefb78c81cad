/** Scenarios of the readers of a slot, one by one. */
@NullMarked
package io.replicator.capture.wal;

import org.jspecify.annotations.NullMarked;
