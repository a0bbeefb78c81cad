/** Tests of the daemon's parts that need servers. */
@NullMarked
package io.replicator.daemon;

import org.jspecify.annotations.NullMarked;
