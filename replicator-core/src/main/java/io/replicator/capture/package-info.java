/**
 * The port through which changes arrive, whatever way they are learned.
 *
 * <p>A {@link io.replicator.capture.ChangeSource} delivers whole transactions in commit order to a
 * {@link io.replicator.capture.ChangeSink} and is told through {@link io.replicator.capture.DurablePosition} what the
 * target holds for good; only that may it acknowledge to the source.
 */
@NullMarked
package io.replicator.capture;

import org.jspecify.annotations.NullMarked;
