package io.replicator.cli.demo;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Identifiers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server from the binaries on the class path, with a cluster of its own. Closing it leaves no process,
 * no file and no shared memory behind; that also happens when the JVM ends by itself, SIGTERM or Ctrl-C. Works as root.
 */
public final class EmbeddedServer implements PostgresServer {
    private static final int START_ATTEMPTS = 10;
    private static final Object PARENTS = new Object();
    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("listen_addresses", "127.0.0.1"),
            Map.entry("unix_socket_directories", ""),
            Map.entry("dynamic_shared_memory_type", "mmap"),
            Map.entry("password_encryption", "scram-sha-256"),
            Map.entry("wal_level", "logical"),
            Map.entry("max_wal_senders", "20"),
            Map.entry("max_replication_slots", "20"),
            Map.entry("max_connections", "200"),
            Map.entry("max_prepared_transactions", "10"),
            Map.entry("shared_buffers", "128MB"),
            Map.entry("fsync", "off"));

    private final int major;
    private final Path parent;
    private final Map<String, String> settings;
    private final Unprivileged user;
    private @Nullable PostgresInstallation installation;
    private @Nullable Path directory;
    private @Nullable Cluster cluster;
    private @Nullable Postmaster postmaster;
    private volatile @Nullable ServerAddress address;
    private boolean closed;

    private EmbeddedServer(int major, Path parent, Map<String, String> settings, Unprivileged user) {
        this.major = major;
        this.parent = parent;
        Map<String, String> merged = new LinkedHashMap<>(SETTINGS);
        merged.putAll(settings);
        this.settings = merged;
        this.user = user;
    }

    /**
     * Makes a cluster below a directory and starts it.
     *
     * @param parent made when it is missing; removed at the end when nothing else is in it
     * @param settings server settings, in addition to and before the defaults: logical WAL, 200 connections, 20 slots,
     *     no fsync
     */
    public static EmbeddedServer start(int major, Path parent, Map<String, String> settings) {
        return start(major, parent, settings, Unprivileged.detect());
    }

    static EmbeddedServer start(int major, Path parent, Map<String, String> settings, Unprivileged user) {
        EmbeddedServer server =
                new EmbeddedServer(major, parent.toAbsolutePath().normalize(), settings, user);
        OpenServers.add(server);
        try {
            server.create();
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    @Override
    public int major() {
        return major;
    }

    @Override
    public ServerAddress address() {
        ServerAddress known = address;
        if (known == null) {
            throw new IllegalStateException("the server was never started");
        }
        return known;
    }

    private synchronized void create() {
        requireOpen();
        try {
            Path made = makeDirectory();
            directory = made;
            user.handOver(made);
            installation = PostgresInstallation.acquire(major, parent);
            Cluster created = new Cluster(installation.home(), user, made);
            created.create(settings);
            cluster = created;
            launch(created);
        } catch (IOException e) {
            throw new ReplicatorException(ErrorCode.INTERNAL, "making a directory in " + parent, e);
        }
    }

    private Path makeDirectory() throws IOException {
        synchronized (PARENTS) {
            Files.createDirectories(parent);
            return Files.createTempDirectory(parent, "server-" + major + "-");
        }
    }

    private void launch(Cluster created) {
        for (int attempt = 1; attempt <= START_ATTEMPTS; attempt++) {
            int port = FreePorts.next();
            try {
                postmaster = Postmaster.start(created, port);
                address = new ServerAddress("localhost", port);
                return;
            } catch (Postmaster.PortTakenException e) {
                if (attempt == START_ATTEMPTS) {
                    throw new ReplicatorException(ErrorCode.INTERNAL, "no port for PostgreSQL " + major, e);
                }
            }
        }
    }

    @Override
    public synchronized void start() {
        requireOpen();
        if (postmaster != null && postmaster.isAlive()) {
            return;
        }
        if (cluster == null) {
            throw new IllegalStateException("the server was never started");
        }
        try {
            postmaster = Postmaster.start(cluster, port());
        } catch (Postmaster.PortTakenException e) {
            throw new ReplicatorException(ErrorCode.INTERNAL, "starting PostgreSQL " + major + " again", e);
        }
    }

    @Override
    public synchronized void stop() {
        if (postmaster != null && postmaster.isAlive()) {
            postmaster.stop();
        }
    }

    @Override
    public synchronized void kill() {
        if (postmaster != null && postmaster.isAlive()) {
            postmaster.kill();
        }
    }

    @Override
    public synchronized void restart() {
        stop();
        start();
    }

    /** Makes a login role that must give its password, unlike all others. */
    public void createPasswordRole(String name, String password) {
        execute("""
            DO $$
            BEGIN
                IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '%1$s') THEN
                    CREATE ROLE %1$s NOLOGIN;
                END IF;
            END $$\
            """.formatted(Cluster.PASSWORD_REQUIRED));
        execute("CREATE ROLE " + Identifiers.quote(name) + " LOGIN PASSWORD " + Identifiers.literal(password)
                + " IN ROLE " + Cluster.PASSWORD_REQUIRED);
    }

    /** The end of the server's log. */
    public synchronized String logTail() {
        return cluster == null ? "" : cluster.logTail();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean interrupted = Thread.interrupted();
        try {
            end();
            if (directory != null) {
                Directories.remove(directory);
            }
            if (installation != null) {
                installation.close();
            }
            synchronized (PARENTS) {
                Directories.removeIfEmpty(parent);
            }
        } catch (IOException e) {
            throw new ReplicatorException(ErrorCode.INTERNAL, "removing " + directory, e);
        } finally {
            OpenServers.remove(this);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void end() {
        if (postmaster != null && postmaster.isAlive()) {
            try {
                postmaster.stopNow();
            } catch (ReplicatorException _) {
                postmaster.kill();
            }
        }
        if (cluster != null) {
            cluster.removeSharedMemory();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the server is closed");
        }
    }

    /** {@code PostgreSQL 17 on localhost:23456}. */
    @Override
    public String toString() {
        return "PostgreSQL " + major + (address == null ? "" : " on " + address);
    }
}
