package io.replicator.cli.demo;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A PostgreSQL server of our own, with a superuser {@code postgres} who needs no password. Thread-safe. */
public interface PostgresServer extends AutoCloseable {
    int major();

    /** Where it listens; the same for as long as the server exists, also after a restart. */
    ServerAddress address();

    /** Starts a stopped or killed server again and waits until it accepts sessions. */
    void start();

    /** Ends all sessions and shuts down cleanly. */
    void stop();

    /** Ends every process of the server by SIGKILL, as a crash does; nothing is flushed. */
    void kill();

    /** Stops the server and removes everything it left; further calls do nothing. */
    @Override
    void close();

    default void restart() {
        stop();
        start();
    }

    default int port() {
        return address().port();
    }

    /** The superuser's libpq URI of a database. */
    default String url(String database) {
        return address().url(database);
    }

    /** Opens a session of the superuser in autocommit mode. */
    default Connection connection(String database) throws SQLException {
        return address().connection(database);
    }

    default void createDatabase(String name) {
        execute("CREATE DATABASE " + Identifiers.quote(name));
    }

    /** Runs one statement as superuser in the database {@code postgres}. */
    default void execute(String sql) {
        try (Connection connection = connection("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.INTERNAL, address() + ": " + sql.strip(), e);
        }
    }
}
