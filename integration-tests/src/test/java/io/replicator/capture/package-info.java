/** Scenarios of capture alone, without the daemon around it. */
@NullMarked
package io.replicator.capture;

import org.jspecify.annotations.NullMarked;
