package io.replicator.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A data directory, its log, and the programs that work on it (PostgreSQL documentation, section 18.2 "Creating a
 * Database Cluster"). Everybody on this machine may log in without a password, but members of the role
 * {@value #PASSWORD_REQUIRED}.
 */
final class Cluster {
    static final String PASSWORD_REQUIRED = "password_required";

    private static final Duration INITDB_LIMIT = Duration.ofMinutes(2);
    private static final int LOG_LINES = 20;
    private static final int READY_LINE = 7;
    private static final int SHARED_MEMORY_LINE = 6;
    private static final String AUTHENTICATION = """
        host  all          +password_required  all  scram-sha-256
        host  replication  +password_required  all  scram-sha-256
        host  all          all                 all  trust
        host  replication  all                 all  trust
        """;

    private final Path home;
    private final Unprivileged user;
    private final Path data;
    private final Path log;

    Cluster(Path home, Unprivileged user, Path directory) {
        this.home = home;
        this.user = user;
        data = directory.resolve("data");
        log = directory.resolve("server.log");
    }

    Path data() {
        return data;
    }

    /** Makes the cluster. */
    void create(Map<String, String> settings) {
        Programs.run(
                program(
                        List.of(),
                        "initdb",
                        "-D",
                        data.toString(),
                        "-U",
                        "postgres",
                        "-A",
                        "trust",
                        "-E",
                        "UTF8",
                        "--no-locale",
                        "--no-sync"),
                INITDB_LIMIT);
        StringBuilder configuration = new StringBuilder();
        settings.forEach((name, value) -> configuration
                .append(name)
                .append(" = '")
                .append(value.replace("'", "''"))
                .append("'\n"));
        try {
            Files.writeString(data.resolve("postgresql.conf"), configuration, UTF_8, StandardOpenOption.APPEND);
            Files.writeString(data.resolve("pg_hba.conf"), AUTHENTICATION, UTF_8);
        } catch (IOException e) {
            throw new ReplicatorException(ErrorCode.INTERNAL, "configuring the cluster " + data, e);
        }
    }

    /** Starts the postmaster in a session of its own, so that a terminal's Ctrl-C does not reach it. */
    Process start(int port) {
        List<String> session = Programs.exists("setsid") ? List.of("setsid") : List.of();
        List<String> command = program(session, "postgres", "-D", data.toString(), "-p", Integer.toString(port));
        try {
            return Programs.start(command, log);
        } catch (IOException e) {
            throw new ReplicatorException(ErrorCode.INTERNAL, String.join(" ", command), e);
        }
    }

    /** Whether the postmaster says that it accepts sessions. */
    boolean isReady(Process postmaster) {
        List<String> lines = postmasterFile();
        return lines.size() > READY_LINE
                && lines.getFirst().strip().equals(Long.toString(postmaster.pid()))
                && lines.get(READY_LINE).strip().equals("ready");
    }

    /**
     * Stops the server.
     *
     * @param mode {@code fast} or {@code immediate} (PostgreSQL documentation, section 18.5)
     */
    void stop(String mode, Duration limit) {
        String seconds = Long.toString(limit.toSeconds());
        Programs.run(
                program(List.of(), "pg_ctl", "-D", data.toString(), "-m", mode, "-w", "-t", seconds, "stop"),
                limit.plusSeconds(5));
    }

    /** Removes the shared memory of a killed server, which the operating system keeps. */
    void removeSharedMemory() {
        List<String> lines = postmasterFile();
        if (lines.size() > SHARED_MEMORY_LINE && Programs.exists("ipcrm")) {
            String keyAndId = lines.get(SHARED_MEMORY_LINE).strip();
            String id = keyAndId.substring(keyAndId.lastIndexOf(' ') + 1);
            Programs.run(List.of("ipcrm", "-m", id), Duration.ofSeconds(10));
        }
    }

    /** The end of the server's log. */
    String logTail() {
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log, UTF_8) : List.of();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "(the log cannot be read: " + e.getMessage() + ")";
        }
    }

    private List<String> program(List<String> session, String name, String... arguments) {
        List<String> command = Programs.command(user.prefix());
        command.addAll(session);
        command.add(home.resolve("bin").resolve(name).toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private List<String> postmasterFile() {
        Path file = data.resolve("postmaster.pid");
        try {
            return Files.exists(file) ? Files.readAllLines(file, UTF_8) : List.of();
        } catch (IOException _) {
            return List.of();
        }
    }
}
