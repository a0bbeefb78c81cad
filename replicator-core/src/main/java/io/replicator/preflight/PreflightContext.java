package io.replicator.preflight;

import io.replicator.config.MigrationConfig;
import io.replicator.postgres.Database;

/**
 * What is to be checked.
 *
 * @param started whether the migration is past its preparation: its tables are on the target and its slot on the
 *     source, and that is no finding
 * @param copyOnly whether the source is only read
 */
public record PreflightContext(
        MigrationConfig config, Database source, Database target, boolean started, boolean copyOnly) {}
