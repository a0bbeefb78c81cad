package io.replicator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(
        value = {OS.LINUX, OS.MAC},
        disabledReason = "the programs of these tests are shell scripts")
class PostgresToolsTest {
    @TempDir
    private Path directory;

    @Test
    void readsTheVersionOfReleasesAndBetas() {
        assertThat(PostgresTools.parse(directory, "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"))
                .contains(new PostgresTools(directory, 15, "15.18"));
        assertThat(PostgresTools.parse(directory, "pg_dump (PostgreSQL) 18beta1"))
                .contains(new PostgresTools(directory, 18, "18beta1"));
        assertThat(PostgresTools.parse(directory, "pg_dump: command not found")).isEmpty();
    }

    @Test
    void looksInTheGivenDirectoryOnly() throws IOException {
        assertThat(PostgresTools.find(directory.toString())).isEmpty();

        install(directory, "16.4");

        assertThat(PostgresTools.find(directory.toString())).contains(new PostgresTools(directory, 16, "16.4"));
    }

    @Test
    void takesTheNewestInstallation() throws IOException {
        Path old = install(directory.resolve("old"), "9.6.24");
        Path newest = install(directory.resolve("newest"), "17.2");
        Path middle = install(directory.resolve("middle"), "16.6");

        assertThat(PostgresTools.newest(Set.of(old, newest, middle))).contains(new PostgresTools(newest, 17, "17.2"));
    }

    @Test
    void passesOverBrokenInstallations() throws IOException {
        Path broken = install(directory.resolve("broken"), "17.2");
        Files.writeString(broken.resolve("pg_dump"), "no program");
        Path incomplete = install(directory.resolve("incomplete"), "17.2");
        Files.delete(incomplete.resolve("pg_restore"));

        assertThat(PostgresTools.newest(Set.of(broken, incomplete))).isEmpty();
    }

    @Test
    void leavesOutTheScriptThatStartsAnotherInstallation() throws IOException {
        Path installed = install(directory.resolve("installed"), "17.2");
        Path script = Files.copy(installed.resolve("pg_dump"), directory.resolve("pg_wrapper"));
        Path links = Files.createDirectory(directory.resolve("links"));
        Files.createSymbolicLink(links.resolve("pg_dump"), script);
        Path absent = directory.resolve("absent");

        assertThat(PostgresTools.usualDirectories(links + ":" + installed + ":" + absent))
                .contains(installed, absent)
                .doesNotContain(links);
    }

    private static Path install(Path directory, String version) throws IOException {
        Files.createDirectories(directory);
        for (String program : new String[] {"pg_dump", "pg_restore"}) {
            Path file = directory.resolve(program);
            Files.writeString(file, "#!/bin/sh\necho '" + program + " (PostgreSQL) " + version + "'\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        return directory;
    }
}
