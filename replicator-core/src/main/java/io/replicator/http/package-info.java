/** The daemon over HTTP: Prometheus metrics, health, and the status as JSON; read-only, off unless configured. */
@NullMarked
package io.replicator.http;

import org.jspecify.annotations.NullMarked;
