/**
 * The demonstration: real PostgreSQL servers, a web shop on them, live writers, and the proof that two databases are
 * equal.
 *
 * <p>{@link io.replicator.cli.demo.EmbeddedServer} unpacks PostgreSQL from the class path, makes a cluster and runs it
 * as a process of its own until it is closed, at the latest when the JVM ends. {@link io.replicator.cli.demo.ShopSchema}
 * and {@link io.replicator.cli.demo.ShopData} build the database; {@link io.replicator.cli.demo.Writers} runs
 * transactions against it from several sessions and counts every commit in the database itself, so that a lost or
 * doubled transaction shows; {@link io.replicator.cli.demo.DatabaseComparison} compares every row of two databases. The
 * integration tests use the same classes.
 */
@NullMarked
package io.replicator.cli.demo;

import org.jspecify.annotations.NullMarked;
