package io.replicator.verify;

import java.sql.Connection;

/**
 * A session on each side, to be used by nobody else during a comparison: both inside transactions whose snapshots match,
 * or both in autocommit mode when nobody writes.
 */
public record ConnectionPair(Connection source, Connection target) {}
