/**
 * What the scenarios need: real PostgreSQL servers of several majors with fresh databases, workloads, roles as hosted
 * services give them, a network that fails on demand, the daemon as a process that can be killed.
 *
 * <p>{@link io.replicator.testkit.Servers} is where a scenario begins. Servers are shared by all scenarios of one JVM
 * and closed with it; databases are not shared. Nothing here replaces PostgreSQL by something that behaves like it.
 */
@NullMarked
package io.replicator.testkit;

import org.jspecify.annotations.NullMarked;
