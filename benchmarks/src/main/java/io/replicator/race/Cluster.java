package io.replicator.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** A server of our own with the same settings for every contender. */
final class Cluster implements AutoCloseable {
    static final String SETTINGS = """
            listen_addresses = '127.0.0.1'
            wal_level = logical
            max_wal_senders = 20
            max_replication_slots = 20
            max_connections = 200
            max_locks_per_transaction = 256
            shared_buffers = 512MB
            work_mem = 16MB
            maintenance_work_mem = 256MB
            max_wal_size = 8GB
            checkpoint_timeout = 30min
            autovacuum = off
            """;

    private final Path bin;
    private final Path home;
    private final Path log;
    private final int port;

    private Cluster(Path bin, Path directory, String name, int port) {
        this.bin = bin;
        this.home = directory.resolve(name);
        this.log = directory.resolve(name + ".log");
        this.port = port;
    }

    static Cluster start(Path bin, Path directory, String name, int port) {
        Cluster cluster = new Cluster(bin, directory, name, port);
        Programs.run(
                directory.resolve("initdb.log"),
                Map.of(),
                Programs.asServerOwner(List.of(
                        bin.resolve("initdb").toString(),
                        "-D",
                        cluster.home.toString(),
                        "-U",
                        "postgres",
                        "-A",
                        "trust",
                        "--locale=C.UTF-8",
                        "-E",
                        "UTF8")));
        try {
            Files.writeString(
                    cluster.home.resolve("postgresql.conf"),
                    SETTINGS + "port = " + port + "\nunix_socket_directories = '" + directory + "'\n",
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cluster.control("start");
        return cluster;
    }

    private void control(String action) {
        Programs.run(
                log,
                Map.of(),
                Programs.asServerOwner(List.of(
                        bin.resolve("pg_ctl").toString(),
                        "-D",
                        home.toString(),
                        "-l",
                        home.resolve("server.log").toString(),
                        "-w",
                        "-m",
                        "fast",
                        action)));
    }

    Path bin() {
        return bin;
    }

    int port() {
        return port;
    }

    String url(String database) {
        return "postgresql://postgres@127.0.0.1:" + port + "/" + database;
    }

    String conninfo(String database) {
        return "host=127.0.0.1 port=" + port + " user=postgres dbname=" + database;
    }

    Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres&ApplicationName=race");
    }

    void execute(String database, String... statements) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(String.join("; ", statements), e);
        }
    }

    String value(String database, String query) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return String.valueOf(row.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }

    /** Removes a database with everything that still uses it. */
    void drop(String database) {
        execute("postgres", "DROP DATABASE IF EXISTS " + database + " WITH (FORCE)");
    }

    void copy(String template, String database) {
        drop(database);
        execute("postgres", "CREATE DATABASE " + database + " TEMPLATE " + template);
    }

    /** Stops the server when this process is ended. */
    void stopQuietly() {
        if (Files.exists(home.resolve("postmaster.pid"))) {
            control("stop");
        }
    }

    @Override
    public void close() {
        control("stop");
    }
}
