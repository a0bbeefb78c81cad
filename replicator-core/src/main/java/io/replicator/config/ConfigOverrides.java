package io.replicator.config;

import org.jspecify.annotations.Nullable;

/**
 * What the command line says; it wins over the file.
 *
 * @param source a connection string
 * @param target a connection string
 */
public record ConfigOverrides(
        @Nullable String name,
        @Nullable String source,
        @Nullable String target) {
    public static final ConfigOverrides NONE = new ConfigOverrides(null, null, null);
}
