package io.replicator.cli.demo;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs in an environment without PostgreSQL's variables. */
final class Programs {
    private Programs() {}

    static List<String> command(List<String> prefix, String... words) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(words));
        return command;
    }

    /** Starts a program whose output is appended to a file. */
    static Process start(List<String> command, Path output) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        return builder.start();
    }

    /** Runs a program to its end; a failure holds its output. */
    static void run(List<String> command, Duration limit) {
        try {
            Path output = Files.createTempFile("replicator-", ".out");
            try {
                Process process = start(command, output);
                if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly().waitFor();
                    throw failed(command, "did not end within " + limit.toSeconds() + " s", output);
                }
                if (process.exitValue() != 0) {
                    throw failed(command, "ended with " + process.exitValue(), output);
                }
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new ReplicatorException(ErrorCode.INTERNAL, String.join(" ", command), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Whether the program is found in {@code PATH}. */
    static boolean exists(String program) {
        String path = System.getenv("PATH");
        if (path == null) {
            return false;
        }
        for (String directory : path.split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    static ReplicatorException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new ReplicatorException(ErrorCode.INTERRUPTED, "interrupted while waiting for a program", cause);
    }

    private static ReplicatorException failed(List<String> command, String what, Path output) throws IOException {
        return new ReplicatorException(
                ErrorCode.INTERNAL,
                String.join(" ", command) + " " + what + ": "
                        + Files.readString(output, StandardCharsets.UTF_8).strip());
    }
}
