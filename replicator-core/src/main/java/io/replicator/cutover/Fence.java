package io.replicator.cutover;

/**
 * What stops the source's writers. Used by one thread; {@link #close} without {@link #move} lets writers go on as if
 * nothing had been.
 */
public sealed interface Fence extends AutoCloseable permits ReadonlyFence, OpenFence {
    /** Stops the writers; when it returns nobody writes and everybody who wrote has ended. */
    void raise(Deadline deadline) throws InterruptedException;

    /**
     * The point of no return: sets the gate to moved, and from then on writes are refused.
     *
     * @param beforeCommit runs last before that; when it throws, nothing has moved
     */
    void move(Runnable beforeCommit);

    /** Takes the fence away, if it was not moved. */
    @Override
    void close();
}
