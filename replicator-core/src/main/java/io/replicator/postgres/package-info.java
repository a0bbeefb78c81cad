/**
 * Everything that is PostgreSQL and nothing else: connections with pinned session settings, names, LSNs, versions, and
 * the client tools.
 *
 * <p>{@link io.replicator.postgres.Database} is one end of a migration. It hands out dedicated sessions (a lane, a
 * snapshot holder or a stream owns its connection) and a small pool for short catalog and status queries. Every
 * session has the same output settings, so that a value's text is the same on both ends (PostgreSQL documentation,
 * chapter "Client Connection Defaults").
 */
@NullMarked
package io.replicator.postgres;

import org.jspecify.annotations.NullMarked;
