package io.replicator.testkit;

import io.replicator.cli.demo.EmbeddedServer;
import io.replicator.cli.demo.PostgresServer;
import java.nio.file.Path;
import java.util.Map;

/** Starts the servers that are embedded on the class path. */
final class EmbeddedServerProvider implements ServerProvider {
    /** Where the servers of this JVM are; programs of one major are unpacked there once. */
    static final Path DIRECTORY = Path.of(
            System.getProperty("java.io.tmpdir"),
            "replicator-tests-" + ProcessHandle.current().pid());

    @Override
    public PostgresServer start(int major) {
        return EmbeddedServer.start(major, DIRECTORY, Map.of());
    }
}
