package io.replicator.cli;

import io.replicator.Replicator;
import io.replicator.config.ConfigOverrides;
import io.replicator.config.ConfigReader;
import io.replicator.config.MigrationConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The options that every command takes, and what follows from them. */
@Command(
        name = "replicator",
        description = "Moves a live PostgreSQL database to another server.",
        synopsisSubcommandLabel = "COMMAND",
        versionProvider = Version.class)
@SuppressWarnings("UnusedVariable") // picocli itself acts on help and version
final class ReplicatorCommand implements Runnable {
    private static final Path USUAL_FILE = Path.of("replicator.yaml");

    private final Terminal terminal;

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-c", "--config"},
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "The configuration; replicator.yaml where that exists.")
    private @Nullable Path file;

    @Option(
            names = "--source",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description =
                    "Where the database is: a libpq URI or a JDBC URL. Wins over the file; REPLICATOR_SOURCE stands in.")
    private @Nullable String source;

    @Option(
            names = "--target",
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = "Where the database goes. Wins over the file; REPLICATOR_TARGET stands in.")
    private @Nullable String target;

    @Option(
            names = "--name",
            scope = ScopeType.INHERIT,
            paramLabel = "NAME",
            description = "The migration's name. Wins over the file.")
    private @Nullable String name;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Log details, and print the stack trace of a failure.")
    private boolean debug;

    @Option(
            names = {"-h", "--help"},
            scope = ScopeType.INHERIT,
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version.")
    private boolean version;

    ReplicatorCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    int execute(CommandLine.ParseResult parsed) {
        if (debug) {
            LogConfigurator.showDetails();
        }
        return new CommandLine.RunLast().execute(parsed);
    }

    Terminal terminal() {
        return terminal;
    }

    boolean debug() {
        return debug;
    }

    /** The file to write or read, whether or not it exists. */
    Path file() {
        return Objects.requireNonNullElse(file, USUAL_FILE);
    }

    MigrationConfig config() {
        ConfigOverrides overrides = new ConfigOverrides(name, source, target);
        if (file == null && !Files.exists(USUAL_FILE)) {
            return ConfigReader.of(overrides, terminal.environment());
        }
        return ConfigReader.read(file(), terminal.environment(), overrides);
    }

    Replicator open() {
        return new Replicator(config());
    }
}
