package io.replicator.testkit;

import io.replicator.cli.demo.PostgresServer;

/** Starts PostgreSQL servers. Thread-safe. */
interface ServerProvider {
    /** Starts an empty server for logical replication, with 200 connections and 20 slots. */
    PostgresServer start(int major);
}
