package io.replicator.schema;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Runs a client program to its end. The password goes through the environment only. */
final class ToolProcess {
    /** Variables of ours, or harmless ones; all other PG* variables would redirect or alter the session. */
    private static final Set<String> KEPT_PREFIXES = Set.of("PGSSL", "PGKRB", "PGGSS", "PGSYSCONFDIR", "PGREQUIRESSL");

    private ToolProcess() {}

    /**
     * @param connection how to connect; empty when the program needs no server
     * @return what it printed on stdout
     * @throws ReplicatorException {@code SCHEMA_FAILED} with what it printed on stderr, {@code INTERRUPTED} after the
     *     program was stopped
     */
    static String run(List<String> command, Map<String, String> connection) {
        String tool = java.nio.file.Path.of(command.getFirst()).getFileName().toString();
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment()
                .keySet()
                .removeIf(
                        name -> name.startsWith("PG") && KEPT_PREFIXES.stream().noneMatch(name::startsWith));
        builder.environment().putAll(connection);
        builder.environment().put("PGAPPNAME", "replicator " + tool);
        builder.environment().put("PGCONNECT_TIMEOUT", "10");
        builder.environment().put("LC_MESSAGES", "C");
        try {
            Process process = builder.start();
            try {
                return await(tool, process);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new ReplicatorException(ErrorCode.SCHEMA_FAILED, tool + " could not be run: " + e.getMessage(), e);
        }
    }

    private static String await(String tool, Process process) throws IOException {
        process.getOutputStream().close();
        CompletableFuture<String> printed = drain(process.getInputStream());
        CompletableFuture<String> complaints = drain(process.getErrorStream());
        try {
            int exit = process.waitFor();
            String output = printed.get();
            if (exit != 0) {
                throw new ReplicatorException(
                        ErrorCode.SCHEMA_FAILED, tool + " failed: " + oneLine(complaints.get(), exit));
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicatorException(ErrorCode.INTERRUPTED, "interrupted while " + tool + " was running", e);
        } catch (ExecutionException e) {
            throw new ReplicatorException(ErrorCode.SCHEMA_FAILED, "reading the output of " + tool, e);
        }
    }

    /** On a thread of its own: a program whose output nobody takes stands still. */
    private static CompletableFuture<String> drain(InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try (stream) {
                        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> Thread.ofPlatform().name("replicator-tool").daemon().start(task));
    }

    private static String oneLine(String complaints, int exit) {
        List<String> lines = complaints.lines().filter(line -> !line.isBlank()).toList();
        return lines.isEmpty() ? "exit code " + exit : Summary.of(lines);
    }
}
