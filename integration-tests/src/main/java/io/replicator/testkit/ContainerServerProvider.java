package io.replicator.testkit;

import io.replicator.cli.demo.PostgresServer;
import org.testcontainers.DockerClientFactory;

/** Starts servers in containers of the official image. */
final class ContainerServerProvider implements ServerProvider {
    /** Whether a Docker engine answers. */
    static boolean isAvailable() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    @Override
    public PostgresServer start(int major) {
        return new ContainerServer(major);
    }
}
