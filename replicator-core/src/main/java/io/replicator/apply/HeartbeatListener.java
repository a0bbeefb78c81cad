package io.replicator.apply;

/** Is told which heartbeat has come through. */
@FunctionalInterface
public interface HeartbeatListener {
    /** Called by the lane after the transaction that carried the beat is committed on the target. */
    void applied(long beat);
}
