package io.replicator.testkit;

import com.github.dockerjava.api.DockerClient;
import io.replicator.cli.demo.FreePorts;
import io.replicator.cli.demo.PostgresServer;
import io.replicator.cli.demo.ServerAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** A server in a container; the port on this machine stays the same when the container is started again. */
final class ContainerServer implements PostgresServer {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private final int major;
    private final ServerAddress address;
    private final PostgreSQLContainer container;

    ContainerServer(int major) {
        this.major = major;
        int port = FreePorts.next();
        container = new PostgreSQLContainer("postgres:" + major);
        container.withUsername("postgres").withDatabaseName("postgres");
        container.withEnv("POSTGRES_HOST_AUTH_METHOD", "trust");
        container.setPortBindings(List.of(port + ":" + PostgreSQLContainer.POSTGRESQL_PORT));
        container.setCommand(
                "postgres",
                "-c",
                "fsync=off",
                "-c",
                "wal_level=logical",
                "-c",
                "max_wal_senders=20",
                "-c",
                "max_replication_slots=20",
                "-c",
                "max_connections=200",
                "-c",
                "max_prepared_transactions=10");
        container.start();
        address = new ServerAddress(container.getHost(), port);
    }

    @Override
    public int major() {
        return major;
    }

    @Override
    public ServerAddress address() {
        return address;
    }

    @Override
    public void start() {
        docker().startContainerCmd(container.getContainerId()).exec();
        Await.until(address + " accepts sessions", START_LIMIT, this::acceptsSessions);
    }

    @Override
    public void stop() {
        docker().stopContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void kill() {
        docker().killContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void close() {
        container.close();
    }

    private DockerClient docker() {
        return container.getDockerClient();
    }

    private boolean acceptsSessions() {
        try (Connection connection = connection("postgres")) {
            return connection.isValid(1);
        } catch (SQLException _) {
            return false;
        }
    }

    /** {@code PostgreSQL 17 in a container on localhost:23456}. */
    @Override
    public String toString() {
        return "PostgreSQL " + major + " in a container on " + address;
    }
}
