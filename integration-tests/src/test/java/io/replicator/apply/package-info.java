/** Tests of applying changes that need servers. */
@NullMarked
package io.replicator.apply;

import org.jspecify.annotations.NullMarked;
