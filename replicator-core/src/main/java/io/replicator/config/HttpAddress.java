package io.replicator.config;

/** A host and a port to listen on. */
public record HttpAddress(String host, int port) {}
