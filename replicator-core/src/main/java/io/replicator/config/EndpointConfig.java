package io.replicator.config;

import io.replicator.postgres.ConnectionSettings;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import org.jspecify.annotations.Nullable;

/**
 * One end of the migration.
 *
 * @param credentialCommand prints a fresh password; null when the settings hold it
 */
public record EndpointConfig(
        ConnectionSettings settings, @Nullable String credentialCommand) {
    public Database database(Side side) {
        return new Database(side, settings, credentialCommand);
    }
}
