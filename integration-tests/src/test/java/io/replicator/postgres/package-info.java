/** What sessions are like on real servers. */
@NullMarked
package io.replicator.postgres;

import org.jspecify.annotations.NullMarked;
