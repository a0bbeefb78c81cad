package io.replicator.race;

import java.nio.file.Path;

/**
 * Where a contender works.
 *
 * @param sourceDatabase may be shared by contenders that leave the source's tables as they are
 * @param targetDatabase the contender's own
 * @param directory for logs
 */
record Arena(Cluster source, String sourceDatabase, Cluster target, String targetDatabase, Path directory) {}
