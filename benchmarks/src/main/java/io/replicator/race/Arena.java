package io.replicator.race;

import java.nio.file.Path;

/**
 * Where a contender works.
 *
 * @param database of the same name on both servers
 * @param directory for logs
 */
record Arena(Cluster source, Cluster target, String database, Path directory) {}
