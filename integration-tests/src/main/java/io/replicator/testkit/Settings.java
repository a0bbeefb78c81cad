package io.replicator.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.replicator.config.ConfigReader;
import io.replicator.config.MigrationConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A migration's configuration as an operator would write it. Immutable.
 *
 * @param keys top-level keys of the YAML document with their values as YAML in flow style
 */
public record Settings(String name, Map<String, String> keys) {
    public Settings {
        keys = Map.copyOf(keys);
    }

    /** Both ends, and a name that no other migration on these servers has. */
    static Settings of(TestDatabase source, TestDatabase target) {
        return new Settings(source.name(), Map.of())
                .with("source", url(source.url()))
                .with("target", url(target.url()))
                .with("copy", "{ jobs: 2, index_jobs: 2 }");
    }

    /** The target's tables are there already. */
    public Settings existingSchema() {
        return with("schema", "existing");
    }

    public Settings source(String libpqUri) {
        return with("source", url(libpqUri));
    }

    public Settings target(String libpqUri) {
        return with("target", url(libpqUri));
    }

    /** @param value YAML in flow style */
    public Settings with(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(keys);
        more.put(key, value);
        return new Settings(name, more);
    }

    /** The same as a file, which is removed when the JVM ends. */
    public Path file() {
        StringBuilder yaml = new StringBuilder("name: " + name + "\n");
        keys.forEach((key, value) -> yaml.append(key).append(": ").append(value).append('\n'));
        try {
            Path file = Files.createTempFile("replicator-", ".yaml");
            file.toFile().deleteOnExit();
            return Files.writeString(file, yaml, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("writing the configuration of " + name, e);
        }
    }

    public MigrationConfig config() {
        return ConfigReader.read(file(), Map.of());
    }

    private static String url(String libpqUri) {
        return "{ url: '" + libpqUri.replace("'", "''") + "' }";
    }
}
