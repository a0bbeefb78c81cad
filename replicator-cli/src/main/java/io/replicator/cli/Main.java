package io.replicator.cli;

import io.replicator.error.ErrorCategory;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** Starts the command line and ends the process with its exit code. */
public final class Main {
    /** The driver quotes pieces of connection strings in its own log. Held here because loggers are weakly held. */
    private static final Logger DRIVER = Logger.getLogger("org.postgresql");

    private Main() {}

    public static void main(String[] arguments) {
        DRIVER.setLevel(Level.OFF);
        int exitCode = execute(Terminal.ofProcess(), arguments);
        System.exit(exitCode);
    }

    /** Runs a command over the given streams and returns its exit code. */
    static int execute(Terminal terminal, String... arguments) {
        return commandLine(terminal, Commands.needed(arguments)).execute(arguments);
    }

    private static CommandLine commandLine(Terminal terminal, Commands commands) {
        ReplicatorCommand root = new ReplicatorCommand(terminal);
        CommandLine commandLine = new CommandLine(root);
        commands.addTo(commandLine);
        Failures failures = new Failures(root);
        commandLine
                .setExecutionExceptionHandler(failures)
                .setParameterExceptionHandler(failures)
                .setExecutionStrategy(root::execute)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.styled() ? Ansi.ON : Ansi.OFF))
                .setOut(writer(terminal.out()))
                .setErr(writer(terminal.err()));
        commandLine
                .getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("Exit codes:%n")
                .exitCodeList(exitCodes());
        return commandLine;
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    private static Map<String, String> exitCodes() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0 to 2", "the command's own result, see its --help");
        for (ErrorCategory category : ErrorCategory.values()) {
            codes.put(Integer.toString(category.exitCode()), category.description());
        }
        return codes;
    }
}
