package io.replicator.config;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration of a migration from {@code replicator.yaml}, the command line and the environment.
 *
 * <p>All problems are reported at once, in one exception with a line for each. {@code ${NAME}} is expanded from the
 * environment in every value but shell commands, which the shell expands itself. The static methods are thread-safe.
 */
public final class ConfigReader {
    private static final String DEFAULT_NAME = "default";
    private static final Pattern NAME = Pattern.compile("[a-z0-9_]{1,40}");
    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^:\\[\\]\\s]+):([0-9]{1,5})");
    private static final int MOST_LANES = 64;
    private static final int MOST_JOBS = 128;
    private static final long LEAST_RATE = 64L << 10;
    private static final long MOST_MARGIN = 1_000_000_000_000L;
    private static final Duration LEAST_BUDGET = Duration.ofSeconds(1);
    private static final Duration MOST_BUDGET = Duration.ofMinutes(10);

    private final Problems problems;
    private final ConfigOverrides overrides;
    private final Section top;
    private final EndpointReader endpoints;

    private ConfigReader(
            YamlNode.Mapping document, Map<String, String> environment, ConfigOverrides overrides, Problems problems) {
        this.problems = problems;
        this.overrides = overrides;
        this.top = new Section("", document, new Variables(environment, problems), problems);
        this.endpoints = new EndpointReader(top, environment, problems);
    }

    /** Reads a file; see {@link #read(Path, Map, ConfigOverrides)}. */
    public static MigrationConfig read(Path file, Map<String, String> environment) {
        return read(file, environment, ConfigOverrides.NONE);
    }

    /**
     * Reads a file. An end given neither on the command line nor in the file is taken from {@code REPLICATOR_SOURCE} or
     * {@code REPLICATOR_TARGET}.
     *
     * @throws ReplicatorException {@code CONFIGURATION_MISSING} without the file, {@code CONFIGURATION_INVALID} with a
     *     line for each problem
     */
    public static MigrationConfig read(Path file, Map<String, String> environment, ConfigOverrides overrides) {
        Problems problems = new Problems(file.toString());
        YamlNode.Mapping document = YamlReader.read(text(file), problems);
        if (document == null) {
            throw problems.failure();
        }
        return new ConfigReader(document, environment, overrides, problems).config();
    }

    /**
     * Makes a configuration without a file: both ends from the command line or the environment, defaults for the rest.
     *
     * @throws ReplicatorException {@code CONFIGURATION_MISSING} when an end is given nowhere,
     *     {@code CONFIGURATION_INVALID} when one is wrong
     */
    public static MigrationConfig of(ConfigOverrides overrides, Map<String, String> environment) {
        YamlNode.Mapping nothing = new YamlNode.Mapping(1, Map.of());
        return new ConfigReader(nothing, environment, overrides, new Problems("")).config();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new ReplicatorException(ErrorCode.CONFIGURATION_MISSING, "there is no file " + file, e);
        } catch (IOException e) {
            throw new ReplicatorException(ErrorCode.CONFIGURATION_INVALID, file + " cannot be read: " + e, e);
        }
    }

    private MigrationConfig config() {
        String name = name();
        EndpointConfig source = endpoints.read("source", overrides.source());
        EndpointConfig target = endpoints.read("target", overrides.target());
        CaptureMode capture = top.choice("capture", CaptureMode.class, CaptureMode.AUTO, Set.of());
        SchemaConfig schema = schema();
        TableFilter tables = tables();
        CopyConfig copy = copy();
        if (copy.from() != null && capture == CaptureMode.WAL) {
            top.report("copy", "'copy.from' goes with capture: trigger", "remove it, or write capture: trigger");
        }
        ApplyConfig apply = apply();
        VerifyConfig verify = verify();
        CutoverConfig cutover = cutover();
        if (!cutover.recopy().isEmpty() && capture == CaptureMode.WAL) {
            top.report(
                    "cutover", "'cutover.recopy' goes with capture: trigger", "remove it, or write capture: trigger");
        }
        HttpAddress http = http();
        String pgBin = top.text("pg_bin");
        top.refuseUnknownKeys();
        if (source == null || target == null || problems.any()) {
            throw problems.failure();
        }
        return new MigrationConfig(
                name, source, target, capture, schema, tables, copy, apply, verify, cutover, http, pgBin);
    }

    private String name() {
        String form = "1 to 40 lower-case letters, digits and underscores";
        String written = top.parsed("name", DEFAULT_NAME, form, "for example shop", ConfigReader::checkedName);
        String option = overrides.name();
        if (option == null) {
            return written;
        }
        if (!NAME.matcher(option).matches()) {
            problems.add("--name must be " + form + ", not '" + option + "'", "for example --name shop");
        }
        return option;
    }

    private static String checkedName(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new IllegalArgumentException("not a name");
        }
        return text;
    }

    private SchemaConfig schema() {
        if (!(top.node("schema") instanceof YamlNode.Mapping)) {
            return new SchemaConfig(top.choice("schema", SchemaConfig.Mode.class, SchemaConfig.Mode.COPY, Set.of()));
        }
        Section section = top.section("schema");
        SchemaConfig.Mode mode = section.choice("mode", SchemaConfig.Mode.class, SchemaConfig.Mode.COPY, Set.of());
        String owner = section.text("owner");
        if (owner != null && mode != SchemaConfig.Mode.COPY) {
            section.report("owner", "'schema.owner' goes with mode: copy", "remove it");
        }
        SchemaConfig.Grants grants =
                section.choice("grants", SchemaConfig.Grants.class, SchemaConfig.Grants.NONE, Set.of());
        if (grants == SchemaConfig.Grants.COPY && mode != SchemaConfig.Mode.COPY) {
            section.report("grants", "'schema.grants: copy' goes with mode: copy", "remove it and grant by hand");
        }
        boolean truncate = Boolean.TRUE.equals(
                section.parsed("truncate", Boolean.FALSE, "true or false", "for example true", ConfigReader::truth));
        if (truncate && mode != SchemaConfig.Mode.EXISTING) {
            section.report("truncate", "'schema.truncate' goes with mode: existing", "remove it");
        }
        long memory =
                section.size("index_memory", 1L << 20, 1L << 40, "1MB to 1TB", SchemaConfig.DEFAULT.indexMemoryBytes());
        long workers = section.has("index_workers")
                ? section.integer("index_workers", 0, MOST_JOBS, 2)
                : SchemaConfig.DEFAULT.indexWorkers();
        section.refuseUnknownKeys();
        return new SchemaConfig(mode, truncate, memory, Math.toIntExact(workers), owner, grants);
    }

    private static Boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("neither true nor false");
        };
    }

    private TableFilter tables() {
        Section section = top.section("tables");
        List<String> include = section.texts("include", TableFilter.ALL.include());
        List<String> exclude = section.texts("exclude", TableFilter.ALL.exclude());
        if (include.isEmpty()) {
            section.report("include", "'tables.include' is empty", "remove the key to take every table");
        }
        section.refuseUnknownKeys();
        return new TableFilter(include, exclude);
    }

    private CopyConfig copy() {
        Section section = top.section("copy");
        long jobs = section.integer("jobs", 1, MOST_JOBS, CopyConfig.DEFAULT.jobs());
        long indexJobs = section.integer("index_jobs", 1, MOST_JOBS, CopyConfig.DEFAULT.indexJobs());
        long splitSize = section.size("split_size", 1L << 20, 1L << 40, "1MB to 1TB", CopyConfig.DEFAULT.splitBytes());
        long maxRate = section.size(
                "max_rate", LEAST_RATE, 1L << 40, "64kB to 1TB, for each second", CopyConfig.DEFAULT.maxRate());
        String throttleWhile = section.text("throttle_while");
        boolean largeObjects = Boolean.TRUE.equals(section.parsed(
                "large_objects",
                CopyConfig.DEFAULT.largeObjects(),
                "true or false",
                "for example false",
                ConfigReader::truth));
        EndpointConfig from = endpoints.read(section, "from");
        section.refuseUnknownKeys();
        return new CopyConfig(
                Math.toIntExact(jobs),
                Math.toIntExact(indexJobs),
                splitSize,
                maxRate,
                throttleWhile,
                largeObjects,
                from);
    }

    private ApplyConfig apply() {
        Section section = top.section("apply");
        long memory = section.size("memory", 16L << 20, 64L << 30, "16MB to 64GB", ApplyConfig.DEFAULT.memoryBytes());
        long lanes = section.integerOr("lanes", "auto", ApplyConfig.AUTO, 1, MOST_LANES);
        section.refuseUnknownKeys();
        return new ApplyConfig(memory, Math.toIntExact(lanes));
    }

    private VerifyConfig verify() {
        Section section = top.section("verify");
        VerifyLevel level = section.choice("level", VerifyLevel.class, VerifyConfig.DEFAULT.level(), Set.of());
        section.later("every", "remove it and run 'replicator verify' when needed");
        section.refuseUnknownKeys();
        return new VerifyConfig(level);
    }

    private CutoverConfig cutover() {
        Section section = top.section("cutover");
        CutoverConfig usual = CutoverConfig.DEFAULT;
        Duration budget = section.duration("budget", LEAST_BUDGET, MOST_BUDGET, usual.budget());
        FenceMode fence = section.choice("fence", FenceMode.class, usual.fence(), Set.of("hold"));
        long margin = section.integer("sequence_margin", 0, MOST_MARGIN, usual.sequenceMargin());
        if (!"false".equals(section.text("reverse"))) {
            section.later("reverse", "remove it or write false: nothing streams back after the switch");
        }
        List<String> recopy = section.texts("recopy", List.of());
        HooksConfig hooks = hooks(section);
        section.refuseUnknownKeys();
        return new CutoverConfig(budget, fence, margin, recopy, hooks);
    }

    private static HooksConfig hooks(Section cutover) {
        Section section = cutover.section("hooks");
        HooksConfig hooks = new HooksConfig(
                section.commands("before"),
                section.commands("switch"),
                section.commands("after"),
                section.commands("aborted"));
        section.refuseUnknownKeys();
        return hooks;
    }

    private @Nullable HttpAddress http() {
        Optional<HttpAddress> off = Optional.empty();
        return top.parsed("http", off, "host:port", "for example 127.0.0.1:9465", ConfigReader::address)
                .orElse(null);
    }

    private static Optional<HttpAddress> address(String text) {
        Matcher matcher = ADDRESS.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not an address");
        }
        int port = Integer.parseInt(matcher.group(2));
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("not a port");
        }
        String host = matcher.group(1);
        return Optional.of(new HttpAddress(host.startsWith("[") ? host.substring(1, host.length() - 1) : host, port));
    }
}
