package io.replicator.config;

import org.jspecify.annotations.Nullable;

/**
 * One migration: one source, one target, one name.
 *
 * @param name names the slot, the publication and the state on the target; lower-case letters, digits and underscores,
 *     at most 40 characters
 * @param pgBin the directory of pg_dump and pg_restore; null to take the newest found
 * @param http where metrics and health are served; null for off
 */
public record MigrationConfig(
        String name,
        EndpointConfig source,
        EndpointConfig target,
        CaptureMode capture,
        SchemaConfig schema,
        TableFilter tables,
        CopyConfig copy,
        ApplyConfig apply,
        VerifyConfig verify,
        CutoverConfig cutover,
        @Nullable HttpAddress http,
        @Nullable String pgBin) {
    public MigrationConfig with(CaptureMode newCapture) {
        return new MigrationConfig(
                name, source, target, newCapture, schema, tables, copy, apply, verify, cutover, http, pgBin);
    }
}
