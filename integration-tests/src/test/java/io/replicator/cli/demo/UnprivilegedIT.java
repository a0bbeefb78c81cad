package io.replicator.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UnprivilegedIT {
    @Test
    void runsAsNobodyWhereUserNamespacesAreForbidden() throws Exception {
        boolean root = Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        assumeTrue(root, "only root can become nobody");
        assumeTrue(Programs.exists("setpriv"), "setpriv is not installed");
        Path parent = Files.createTempDirectory("replicator-nobody-");
        try (EmbeddedServer server = EmbeddedServer.start(17, parent, Map.of(), Unprivileged.NOBODY)) {
            server.kill();
            server.start();
            try (Connection connection = server.connection("postgres")) {
                assertThat(Sql.number(connection, "SELECT 1")).isEqualTo(1);
            }
        }
        assertThat(parent).doesNotExist();
    }
}
