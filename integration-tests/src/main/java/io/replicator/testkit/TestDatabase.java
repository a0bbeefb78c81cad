package io.replicator.testkit;

import io.replicator.cli.demo.PostgresServer;
import io.replicator.cli.demo.Sql;
import io.replicator.postgres.Identifiers;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A database of one scenario.
 *
 * @param user the role of the URLs and sessions
 */
public record TestDatabase(PostgresServer server, String name, String user) {
    /** The libpq URI. */
    public String url() {
        return server.address().url(name, user);
    }

    /** The JDBC URL, without the user. */
    public String jdbcUrl() {
        return server.address().jdbcUrl(name);
    }

    /** Opens a session in autocommit mode. */
    public Connection connection() throws SQLException {
        return server.address().connection(name, user, null);
    }

    /** The same database seen by another role. */
    public TestDatabase as(String role) {
        return new TestDatabase(server, name, role);
    }

    /** Runs statements in one session. */
    public void execute(String... statements) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Runs the statements in one transaction. */
    public void transaction(String... statements) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        }
    }

    /** The first column of the first row as text; null when there is no row or the value is NULL. */
    public @Nullable String text(String query, Object... parameters) throws SQLException {
        try (Connection connection = connection()) {
            return Sql.text(connection, query, parameters);
        }
    }

    /** The first column of the first row as a number; 0 when there is no row or the value is NULL. */
    public long number(String query, Object... parameters) throws SQLException {
        try (Connection connection = connection()) {
            Long number = Sql.number(connection, query, parameters);
            return number == null ? 0 : number;
        }
    }

    /** Ends all sessions, drops the replication slots and the database; does nothing when it is gone. */
    public void drop() throws SQLException {
        try (Connection connection = server.connection("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "UPDATE pg_database SET datallowconn = false WHERE datname = " + Identifiers.literal(name));
            Sql.text(
                    connection,
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = ?",
                    name);
            Await.until("the sessions of " + name + " have ended", Duration.ofSeconds(20), () -> {
                Long left = Sql.number(
                        connection,
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = ? AND backend_type <> 'autovacuum"
                                + " worker'",
                        name);
                return left != null && left == 0;
            });
            Sql.text(
                    connection,
                    "SELECT count(pg_drop_replication_slot(slot_name)::text) FROM pg_replication_slots WHERE database"
                            + " = ?",
                    name);
            statement.execute("DROP DATABASE IF EXISTS " + Identifiers.quote(name));
        }
    }

    /** {@code test_3 on PostgreSQL 17 on localhost:23456}. */
    @Override
    public String toString() {
        return name + " on " + server;
    }
}
