package io.replicator.race;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Runs programs, and knows those that still run. */
final class Programs {
    private static final long LIMIT_MINUTES = 30;
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    private Programs() {}

    /** Whether servers have to be started as another user, because this process belongs to root. */
    static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** A command of the server's owner. */
    static List<String> asServerOwner(List<String> command) {
        if (!isRoot()) {
            return command;
        }
        List<String> whole = new ArrayList<>(List.of("runuser", "-u", "postgres", "--"));
        whole.addAll(command);
        return whole;
    }

    /** Whether a program is on the path. */
    static boolean isInstalled(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    /** @throws IllegalStateException with the end of the log when the program fails */
    static void run(Path log, Map<String, String> environment, List<String> command) {
        Process process = start(log, environment, command);
        try {
            if (!process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES)) {
                throw new IllegalStateException(command.getFirst() + " did not end, see " + log);
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException(
                        String.join(" ", command) + " ended with " + process.exitValue() + ": " + lastLine(log));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            end(process);
        }
    }

    /** The first line of a program's output that holds a word; empty when there is none. */
    static String lineWith(List<String> command, String word) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .start();
            try (BufferedReader reader = process.inputReader()) {
                return reader.lines()
                        .filter(line -> line.contains(word))
                        .findFirst()
                        .orElse("");
            } finally {
                process.destroy();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("starting " + command.getFirst(), e);
        }
    }

    static Process start(Path log, Map<String, String> environment, List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        try {
            Process process = builder.start();
            RUNNING.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("starting " + command.getFirst(), e);
        }
    }

    /** Ends a program that was started here: asks first, then insists. */
    static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            RUNNING.remove(process);
        }
    }

    /** How many have not been ended yet. */
    static int running() {
        return RUNNING.size();
    }

    static void endAll() {
        RUNNING.forEach(Programs::end);
    }

    private static String lastLine(Path log) {
        try {
            List<String> lines = Files.isRegularFile(log) ? Files.readAllLines(log) : List.of();
            return (lines.isEmpty() ? "" : lines.getLast()) + " (" + log + ")";
        } catch (IOException e) {
            return "see " + log + ", which cannot be read: " + e.getMessage();
        }
    }
}
