package io.replicator.testkit;

import io.replicator.cli.demo.PostgresServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A physical follower of a server of our own: a copy of its files that streams from it. Needs Linux's /proc. */
public final class Standby implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Path parent;
    private final Process process;
    private final int port;

    private Standby(Path parent, Process process, int port) {
        this.parent = parent;
        this.process = process;
        this.port = port;
    }

    /** Stops the server for as long as its files are copied, and starts both. */
    public static Standby of(PostgresServer primary, TestDatabase database) throws SQLException, IOException {
        Path data = Path.of(Objects.requireNonNull(database.text("SHOW data_directory")));
        String pid = Files.readAllLines(data.resolve("postmaster.pid")).getFirst();
        Path program = Files.readSymbolicLink(Path.of("/proc", pid.strip(), "exe"));
        Path parent = Files.createTempDirectory("replicator-standby-");
        Path copy = parent.resolve("data");
        primary.stop();
        run(List.of("cp", "-a", data.toString(), copy.toString()));
        primary.start();
        int port = freePort();
        Files.createFile(copy.resolve("standby.signal"));
        Files.writeString(
                copy.resolve("postgresql.auto.conf"),
                "port = " + port + "\nhot_standby = on\nprimary_conninfo = 'host=127.0.0.1 port="
                        + primary.address().port() + " user=postgres'\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        List<String> command = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(program.toString(), "-D", copy.toString(), "-p", Integer.toString(port)));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(parent.resolve("log").toFile())
                .start();
        Standby standby = new Standby(parent, process, port);
        Await.until("the standby takes connections", LIMIT, () -> standby.answers(database.name()));
        return standby;
    }

    private boolean answers(String database) {
        try (Connection connection = DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres")) {
            return connection.isValid(1);
        } catch (SQLException _) {
            if (!process.isAlive()) {
                throw new IllegalStateException("the standby ended, see " + parent.resolve("log"));
            }
            return false;
        }
    }

    /** As a libpq URI. */
    public String url(TestDatabase database) {
        return "postgresql://" + database.user() + "@127.0.0.1:" + port + "/" + database.name();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void run(List<String> command) throws IOException {
        try {
            if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        run(List.of("rm", "-rf", parent.toString()));
    }
}
