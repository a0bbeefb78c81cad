package io.replicator.capture;

import io.replicator.change.Position;

/** What every lane has committed so that the target cannot lose it any more. Readable from any thread. */
@FunctionalInterface
public interface DurablePosition {
    Position durable();
}
