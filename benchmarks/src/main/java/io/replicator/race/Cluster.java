package io.replicator.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
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
final class Cluster {
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
            wal_retrieve_retry_interval = 10ms
            """;

    private static final String FILE_COPY = " STRATEGY file_copy";

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

    /** The definitions of all indexes of schema {@code public}. */
    String indexes(String database) {
        return value(
                database,
                "SELECT string_agg(indexdef, E'\\n' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = 'public'");
    }

    /** Publishes the application's tables, but none that a contender added. */
    void publish(String database, String publication) {
        execute(database, "CREATE PUBLICATION " + publication + " FOR TABLE " + String.join(", ", tables(database)));
    }

    /** Creates and starts a server that is stopped at the end. */
    static Cluster start(Path bin, Path directory, String name, List<String> settings, Cleanup cleanup) {
        Cluster cluster = new Cluster(bin, directory, name, freePort());
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
                    SETTINGS + String.join("\n", settings) + "\nport = " + cluster.port
                            + "\nunix_socket_directories = '" + directory + "'\n",
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cleanup.add(cluster::stop);
        cluster.control("start");
        return cluster;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    int port() {
        return port;
    }

    /** PostgreSQL's programs. */
    Path bin() {
        return bin;
    }

    /** A client program with what it needs to reach this server. */
    List<String> client(String program) {
        return List.of(bin.resolve(program).toString(), "-h", "127.0.0.1", "-p", "" + port, "-U", "postgres");
    }

    String url(String database) {
        return "postgresql://postgres@127.0.0.1:" + port + "/" + database;
    }

    String conninfo(String database) {
        return "host=127.0.0.1 port=" + port + " user=postgres dbname=" + database;
    }

    /** How Bucardo is told of a database. */
    String bucardo(String database) {
        return "dbname=" + database + " host=127.0.0.1 port=" + port + " user=postgres";
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

    /** Replaces a database by a copy of another, which nobody may use. */
    void copy(String template, String database) {
        drop(database);
        execute(
                "postgres",
                "CREATE DATABASE " + database + " TEMPLATE " + template + (version() >= 15 ? FILE_COPY : ""));
    }

    private int version() {
        return Integer.parseInt(value("postgres", "SHOW server_version_num")) / 10_000;
    }

    /** The tables of schema {@code public}, quoted where needed. */
    List<String> tables(String database) {
        String names = value(database, """
                SELECT coalesce(string_agg(quote_ident(relname), E'\\n' ORDER BY relname), '') FROM pg_class
                WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace""");
        return names.isEmpty() ? List.of() : names.lines().toList();
    }

    /** Stops the server, if it runs. */
    void stop() {
        if (Files.exists(home.resolve("postmaster.pid"))) {
            control("stop");
        }
    }
}
