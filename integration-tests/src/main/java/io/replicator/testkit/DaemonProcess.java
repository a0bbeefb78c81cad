package io.replicator.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.replicator.cli.demo.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** The command line as a process of its own, which can be killed at any moment. */
public final class DaemonProcess implements AutoCloseable {
    private static final String MAIN = "io.replicator.cli.Main";
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(20);
    private static final int TAIL_LINES = 60;

    private final List<String> arguments;
    private final Path directory;
    private final Process process;

    private DaemonProcess(List<String> arguments, Path directory, Process process) {
        this.arguments = arguments;
        this.directory = directory;
        this.process = process;
    }

    /** Starts {@code replicator} with this JVM's class path. */
    public static DaemonProcess start(String... arguments) {
        return start(Map.of(), arguments);
    }

    /** @param environment in addition to this process's own, of which variables for libpq and replicator are removed */
    public static DaemonProcess start(Map<String, String> environment, String... arguments) {
        return start(MAIN, environment, arguments);
    }

    static DaemonProcess start(String mainClass, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                mainClass));
        command.addAll(List.of(arguments));
        try {
            Path directory = Files.createTempDirectory("replicator-daemon-");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectOutput(directory.resolve("stdout").toFile())
                    .redirectError(directory.resolve("stderr").toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("REPLICATOR_"));
            builder.environment().putAll(environment);
            return new DaemonProcess(List.of(arguments), directory, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("starting " + mainClass, e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What it has written until now. */
    public String stdout() {
        return read("stdout");
    }

    /** What it has written until now. */
    public String stderr() {
        return read("stderr");
    }

    /**
     * Waits until stdout or stderr holds a match.
     *
     * @throws AssertionError with the ends of both when there is none within the limit, or the process ends before
     */
    public Matcher awaitOutput(String regex, Duration limit) {
        Pattern pattern = Pattern.compile(regex);
        try {
            Await.until("the output holds " + regex, limit, () -> find(pattern) != null || !process.isAlive());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + tails(), e);
        }
        Matcher found = find(pattern);
        if (found == null) {
            throw new AssertionError("it ended before its output held " + regex + tails());
        }
        return found;
    }

    /**
     * Waits for the end.
     *
     * @return the exit code
     * @throws AssertionError with the ends of its outputs when it does not end within the limit
     */
    public int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("it did not end within " + limit + tails());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the end", e);
        }
    }

    /** Sends SIGKILL and waits for the end. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(CLOSE_LIMIT);
    }

    /** Sends SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** The command line and the ends of both outputs, for messages. */
    public String tails() {
        return "\n  replicator " + String.join(" ", arguments) + (process.isAlive() ? "" : " → " + process.exitValue())
                + "\n--- stdout\n" + tail(stdout()) + "\n--- stderr\n" + tail(stderr());
    }

    /** Kills it when it still runs, and removes its files. */
    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
        try {
            Directories.remove(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("removing " + directory, e);
        }
    }

    private @Nullable Matcher find(Pattern pattern) {
        for (String output : List.of(stdout(), stderr())) {
            Matcher matcher = pattern.matcher(output);
            if (matcher.find()) {
                return matcher;
            }
        }
        return null;
    }

    private String read(String file) {
        try {
            return Files.readString(directory.resolve(file), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tail(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
