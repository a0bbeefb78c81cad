package io.replicator.config;

import io.replicator.error.ReplicatorException;
import io.replicator.postgres.ConnectionSettings;
import io.replicator.postgres.ConnectionUri;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds one end of the migration: the command line wins over the file, and the file over the environment. No message
 * repeats a connection string, as it may hold a password.
 */
final class EndpointReader {
    private static final String URI_FORM = "write postgresql://user@host:5432/database, special characters as %XX";

    private final Section file;
    private final Map<String, String> environment;
    private final Problems problems;

    EndpointReader(Section file, Map<String, String> environment, Problems problems) {
        this.file = file;
        this.environment = environment;
        this.problems = problems;
    }

    /** Returns null after reporting what is wrong. */
    @Nullable
    EndpointConfig read(String side, @Nullable String option) {
        boolean inFile = file.has(side);
        if (option != null) {
            return parse(option, problem -> problems.add("--" + side + ": " + problem, URI_FORM));
        }
        if (inFile) {
            return fromFile(file, side);
        }
        String variable = "REPLICATOR_" + side.toUpperCase(Locale.ROOT);
        String fallback = environment.get(variable);
        if (fallback != null && !fallback.isEmpty()) {
            return parse(fallback, problem -> problems.add(variable + ": " + problem, URI_FORM));
        }
        problems.addMissing("no " + side + " is given", "pass --" + side + ", or set " + variable);
        return null;
    }

    /** Reads an end below a section, as a connection string or a group of keys; null when it is absent or wrong. */
    @Nullable
    EndpointConfig read(Section parent, String key) {
        if (parent.node(key) instanceof YamlNode.Scalar) {
            String text = parent.text(key);
            return text == null
                    ? null
                    : parse(text, problem -> parent.report(key, "'" + parent.path(key) + "': " + problem, URI_FORM));
        }
        return parent.has(key) ? fromFile(parent, key) : null;
    }

    private @Nullable EndpointConfig fromFile(Section parent, String key) {
        Section section = parent.section(key);
        boolean byUrl = section.has("url");
        boolean byService = section.has("service");
        String url = section.text("url");
        String service = section.text("service");
        String credentialCommand = section.command("credential_command");
        section.refuseUnknownKeys();
        if (byUrl == byService && parent.node(key) instanceof YamlNode.Mapping) {
            parent.report(
                    key, "'" + parent.path(key) + "' needs either url or service", "write " + key + ": { url: \"…\" }");
        }
        ConnectionSettings settings = null;
        if (url != null) {
            Report report = problem -> section.report("url", "'" + section.path("url") + "': " + problem, URI_FORM);
            settings = settings(() -> ConnectionUri.parse(url), report);
        } else if (service != null) {
            Report report = problem -> section.report(
                    "service", "'" + section.path("service") + "': " + problem, "correct pg_service.conf");
            settings = settings(() -> ConnectionUri.service(service), report);
        }
        return settings == null ? null : new EndpointConfig(settings, credentialCommand);
    }

    private static @Nullable EndpointConfig parse(String text, Report report) {
        ConnectionSettings settings = settings(() -> ConnectionUri.parse(text), report);
        return settings == null ? null : new EndpointConfig(settings, null);
    }

    private static @Nullable ConnectionSettings settings(Supplier<ConnectionSettings> lookup, Report report) {
        try {
            return lookup.get();
        } catch (ReplicatorException e) {
            report.problem(e.getMessage());
            return null;
        }
    }

    @FunctionalInterface
    private interface Report {
        void problem(String text);
    }
}
