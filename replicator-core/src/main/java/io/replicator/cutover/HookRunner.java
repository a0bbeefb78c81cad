package io.replicator.cutover;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.ConnectionSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Runs the operator's shell commands. Each gets both ends in its environment, in parts, because not every driver
 * understands libpq's parameters: {@code REPLICATOR_TARGET_HOST}, {@code _PORT}, {@code _DATABASE}, {@code _USER},
 * {@code _PASSWORD}, {@code _SSLMODE}, likewise for the source.
 */
public final class HookRunner {
    private static final int OUTPUT_TAIL = 500;

    private final Map<String, String> environment = new TreeMap<>();

    public HookRunner(String migration, ConnectionSettings source, ConnectionSettings target) {
        environment.put("REPLICATOR_MIGRATION", migration);
        describe("SOURCE", source);
        describe("TARGET", target);
    }

    private void describe(String side, ConnectionSettings settings) {
        String prefix = "REPLICATOR_" + side + "_";
        environment.put(prefix + "HOST", settings.host());
        environment.put(prefix + "PORT", Integer.toString(settings.port()));
        environment.put(prefix + "DATABASE", settings.database());
        environment.put(prefix + "USER", settings.user());
        String password = settings.password();
        environment.put(prefix + "PASSWORD", password == null ? "" : password);
        environment.put(prefix + "SSLMODE", settings.properties().getOrDefault("sslmode", ""));
    }

    /**
     * Runs the commands one after the other.
     *
     * @param hook the hook's name, also in {@code REPLICATOR_HOOK}
     * @throws ReplicatorException {@code CUTOVER_FAILED} with the end of the output when one fails or exceeds the limit
     */
    public void run(String hook, List<String> commands, Duration limit) throws InterruptedException {
        for (String command : commands) {
            Path output = null;
            try {
                output = Files.createTempFile("replicator-hook-", ".log");
                ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile());
                builder.environment().putAll(environment);
                builder.environment().put("REPLICATOR_HOOK", hook);
                Process process = builder.start();
                process.getOutputStream().close();
                await(hook, command, process, limit, output);
            } catch (IOException e) {
                throw new ReplicatorException(
                        ErrorCode.CUTOVER_FAILED, "hook " + hook + " '" + command + "' could not be run: " + e, e);
            } finally {
                delete(output);
            }
        }
    }

    private static void await(String hook, String command, Process process, Duration limit, Path output)
            throws InterruptedException, IOException {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failed(hook, command, "did not end within " + limit.toSeconds() + " s", output);
            }
            if (process.exitValue() != 0) {
                throw failed(hook, command, "ended with exit code " + process.exitValue(), output);
            }
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
    }

    private static ReplicatorException failed(String hook, String command, String what, Path output)
            throws IOException {
        String printed = Files.readString(output, StandardCharsets.UTF_8).strip();
        String tail =
                printed.substring(Math.max(0, printed.length() - OUTPUT_TAIL)).replace('\n', ' ');
        return new ReplicatorException(
                ErrorCode.CUTOVER_FAILED,
                "hook " + hook + " '" + command + "' " + what + (tail.isEmpty() ? "" : ": " + tail));
    }

    private static void delete(@org.jspecify.annotations.Nullable Path output) {
        if (output != null) {
            try {
                Files.deleteIfExists(output);
            } catch (IOException e) {
                output.toFile().deleteOnExit();
            }
        }
    }
}
