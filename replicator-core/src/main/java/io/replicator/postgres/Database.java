package io.replicator.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One end of a migration. Thread-safe.
 *
 * <p>{@link #open} gives a dedicated session that its caller owns and closes; {@link #borrow} gives a pooled one for a
 * short query. Streams, snapshot holders and lanes never come from the pool.
 */
public final class Database implements AutoCloseable {
    private static final int POOL_SIZE = 4;
    private static final int CONNECT_TIMEOUT_SECONDS = 10;

    private final Side side;
    private final ConnectionSettings settings;
    private final @Nullable String credentialCommand;
    private @Nullable HikariDataSource pool;

    public Database(Side side, ConnectionSettings settings, @Nullable String credentialCommand) {
        this.side = side;
        this.settings = settings;
        this.credentialCommand = credentialCommand;
    }

    public Side side() {
        return side;
    }

    /** Where this database is; the password is filled in when a credential command provides it. */
    public ConnectionSettings settings() {
        return credentialCommand == null
                ? settings
                : settings.withPassword(CredentialCommand.password(credentialCommand));
    }

    /**
     * Opens a dedicated session in autocommit mode with our session settings. Only a statement that is prepared and run
     * repeatedly gets a name on the server: every DDL statement goes through all named ones, so that thousands of names
     * would make a few thousand CREATE TRIGGER quadratic.
     *
     * @param purpose appears in {@code pg_stat_activity.application_name} behind {@code replicator}
     * @throws ReplicatorException {@code CONNECTION_FAILED}, {@code AUTHENTICATION_FAILED} or {@code DATABASE_MISSING}
     */
    public Connection open(String purpose) {
        Properties properties = properties(purpose);
        PGProperty.MAX_SEND_BUFFER_SIZE.set(properties, 262_144);
        try {
            Connection connection = DriverManager.getConnection(settings.jdbcUrl(), properties);
            try {
                SessionSettings.pin(connection);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return connection;
        } catch (SQLException e) {
            throw connectFailure(e);
        }
    }

    /**
     * Opens a walsender session for logical replication. Keep a strong reference to the returned connection for as long
     * as a stream on it is in use: an unreachable one is closed under the running stream.
     */
    public Connection openReplication(String purpose) {
        Properties properties = properties(purpose);
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.OPTIONS.set(properties, SessionSettings.REPLICATION_OPTIONS);
        try {
            Connection connection = DriverManager.getConnection(settings.jdbcUrl(), properties);
            try {
                connection.unwrap(PGConnection.class);
                SessionSettings.pinReplication(connection);
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
            return connection;
        } catch (SQLException e) {
            throw connectFailure(e);
        }
    }

    /** Borrows a session for one short query; closing it gives it back. */
    public Connection borrow() {
        try {
            return pool().getConnection();
        } catch (SQLException e) {
            throw connectFailure(e);
        }
    }

    private synchronized DataSource pool() {
        if (pool == null) {
            HikariConfig config = new HikariConfig();
            config.setPoolName("replicator-" + side);
            config.setMaximumPoolSize(POOL_SIZE);
            config.setMinimumIdle(0);
            config.setConnectionTimeout(CONNECT_TIMEOUT_SECONDS * 1_000L);
            config.setInitializationFailTimeout(-1);
            config.setDataSource(new PinnedDataSource());
            pool = new HikariDataSource(config);
        }
        return pool;
    }

    private Properties properties(String purpose) {
        Properties properties = new Properties();
        settings.properties().forEach(properties::setProperty);
        properties.setProperty("user", settings.user());
        String password = settings().password();
        if (password != null) {
            properties.setProperty("password", password);
        }
        PGProperty.APPLICATION_NAME.set(properties, "replicator " + purpose);
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        if (PGProperty.CONNECT_TIMEOUT.getOrNull(properties) == null) {
            PGProperty.CONNECT_TIMEOUT.set(properties, CONNECT_TIMEOUT_SECONDS);
        }
        return properties;
    }

    private ReplicatorException connectFailure(SQLException failure) {
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        ErrorCode code = switch (state) {
            case "28P01", "28000" -> ErrorCode.AUTHENTICATION_FAILED;
            case "3D000" -> ErrorCode.DATABASE_MISSING;
            default -> ErrorCode.CONNECTION_FAILED;
        };
        return new ReplicatorException(code, side + " " + settings + ": " + SqlStates.describe(failure), failure);
    }

    @Override
    public synchronized void close() {
        if (pool != null) {
            pool.close();
            pool = null;
        }
    }

    /** {@code source user@host:port/database}. */
    @Override
    public String toString() {
        return side + " " + settings;
    }

    /** Makes the pool's sessions by {@link #open}, so that every one has our settings and a fresh password. */
    private final class PinnedDataSource extends PGSimpleDataSource {
        @java.io.Serial
        private static final long serialVersionUID = 1L;

        @Override
        public Connection getConnection() {
            return open("pool");
        }
    }
}
