/** Scenarios of comparing two servers. */
@NullMarked
package io.replicator.verify;

import org.jspecify.annotations.NullMarked;
