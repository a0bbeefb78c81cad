package io.replicator.cli.demo;

import io.replicator.postgres.ConnectionSettings;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** Where a server listens, and the ways to write that down. */
public record ServerAddress(String host, int port) {
    private static final String SUPERUSER = "postgres";
    private static final int CONNECT_TIMEOUT_SECONDS = 10;

    /** The superuser's libpq URI. */
    public String url(String database) {
        return url(database, SUPERUSER);
    }

    /** The libpq URI of a role that needs no password. */
    public String url(String database, String user) {
        return "postgresql://" + encode(user) + "@" + host + ":" + port + "/" + encode(database);
    }

    /** The JDBC URL, without a user. */
    public String jdbcUrl(String database) {
        return new ConnectionSettings(host, port, database, SUPERUSER, null, Map.of()).jdbcUrl();
    }

    /** Opens a session of the superuser in autocommit mode. */
    public Connection connection(String database) throws SQLException {
        return connection(database, SUPERUSER, null);
    }

    /** Opens a session in autocommit mode. */
    public Connection connection(String database, String user, @Nullable String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        if (password != null) {
            properties.setProperty("password", password);
        }
        properties.setProperty("connectTimeout", Integer.toString(CONNECT_TIMEOUT_SECONDS));
        return DriverManager.getConnection(jdbcUrl(database), properties);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** {@code host:port}. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
