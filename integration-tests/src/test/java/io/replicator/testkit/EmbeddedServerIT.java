package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.cli.demo.EmbeddedServer;
import io.replicator.cli.demo.Sql;
import io.replicator.error.ReplicatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedServerIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(ints = {10, 13, 15, 17, 18})
    void runsSurvivesACrashAndLeavesNothingBehind(int major) throws Exception {
        Servers.server(major, "source");
        Path parent = EmbeddedServerProvider.DIRECTORY;
        List<Path> others = content(parent);
        long pid;
        try (EmbeddedServer server = EmbeddedServer.start(major, parent, Map.of("work_mem", "5MB"))) {
            assertThat(content(parent)).hasSize(others.size() + 1);
            server.createDatabase("a b");
            try (Connection connection = server.connection("a b")) {
                assertThat(connection.getMetaData().getDatabaseMajorVersion()).isEqualTo(major);
                assertThat(setting(connection, "wal_level")).isEqualTo("logical");
                assertThat(setting(connection, "work_mem")).isEqualTo("5MB");
                assertThat(setting(connection, "server_encoding")).isEqualTo("UTF8");
                Sql.update(connection, "CREATE TABLE kept AS SELECT 7 AS value");
            }
            int port = server.port();
            server.kill();
            assertThatThrownBy(() -> server.connection("a b")).isInstanceOf(SQLException.class);
            server.start();
            assertThat(server.port()).isEqualTo(port);
            server.restart();
            try (Connection connection = server.connection("a b")) {
                assertThat(Sql.number(connection, "SELECT value FROM kept")).isEqualTo(7);
                pid = postmaster(connection);
            }
            assertThat(ProcessHandle.of(pid).isPresent()).isTrue();
            assertThat(sharedMemory(pid)).isTrue();
        }
        assertGone(pid);
        assertThat(content(parent)).isEqualTo(others);
    }

    @Test
    void leavesNothingBehindAfterACrash() throws Exception {
        Path parent = directory.resolve("servers");
        EmbeddedServer server = EmbeddedServer.start(17, parent, Map.of());
        long pid;
        try (Connection connection = server.connection("postgres")) {
            pid = postmaster(connection);
        }
        server.kill();
        server.close();
        server.close();
        assertGone(pid);
        assertThat(parent).doesNotExist();
    }

    @Test
    void endsWithItsJvm() throws Exception {
        Path parent = directory.resolve("servers");
        try (DaemonProcess program = DaemonProcess.start(ServerProgram.class.getName(), Map.of(), parent.toString())) {
            Matcher started = program.awaitOutput("postmaster (\\d+) is ready", LIMIT);
            program.terminate();
            program.awaitExit(LIMIT);
            assertGone(Long.parseLong(started.group(1)));
            assertThat(parent).doesNotExist();
        }
    }

    @Test
    void asksOneRoleForItsPassword() throws Exception {
        Servers.server(17, "source");
        try (EmbeddedServer server = EmbeddedServer.start(17, EmbeddedServerProvider.DIRECTORY, Map.of())) {
            server.createPasswordRole("guarded", "a'b");
            server.address().connection("postgres", "guarded", "a'b").close();
            assertThatThrownBy(() -> server.address().connection("postgres", "guarded", "wrong"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
            server.connection("postgres").close();
        }
    }

    @Test
    void saysWhichMajorsAreEmbedded() {
        assertThatThrownBy(() -> EmbeddedServer.start(9, directory.resolve("servers"), Map.of()))
                .isInstanceOf(ReplicatorException.class)
                .hasMessageContaining("PostgreSQL 9 is not embedded")
                .hasMessageContaining("15, 17");
        assertThat(directory.resolve("servers")).doesNotExist();
    }

    private static String setting(Connection connection, String name) throws SQLException {
        return Sql.text(connection, "SELECT current_setting(?)", name);
    }

    private static long postmaster(Connection connection) throws SQLException {
        return Sql.number(connection, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::bigint");
    }

    private static List<Path> content(Path parent) throws IOException {
        try (Stream<Path> content = Files.list(parent)) {
            return content.sorted().toList();
        }
    }

    private static void assertGone(long pid) throws IOException {
        assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
        assertThat(sharedMemory(pid)).isFalse();
    }

    /** Whether the operating system holds shared memory that the process made. */
    private static boolean sharedMemory(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/sysvipc/shm")).stream()
                .map(line -> line.strip().split(" +", -1))
                .anyMatch(fields -> fields[4].equals(Long.toString(pid)));
    }
}
