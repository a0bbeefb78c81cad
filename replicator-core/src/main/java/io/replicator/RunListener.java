package io.replicator;

/** Is told how a run goes. */
public interface RunListener extends io.replicator.daemon.RunListener {}
