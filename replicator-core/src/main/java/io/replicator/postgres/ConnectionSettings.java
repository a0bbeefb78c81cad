package io.replicator.postgres;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Where a database is and how to log in.
 *
 * @param password null when the server asks for none, or when a credential command provides it
 * @param properties further pgjdbc connection properties (sslmode, sslrootcert, …)
 */
public record ConnectionSettings(
        String host,
        int port,
        String database,
        String user,
        @Nullable String password,
        Map<String, String> properties) {
    private static final Map<String, String> LIBPQ_VARIABLES = Map.of(
            "sslmode", "PGSSLMODE",
            "sslrootcert", "PGSSLROOTCERT",
            "sslcert", "PGSSLCERT",
            "sslkey", "PGSSLKEY",
            "channelBinding", "PGCHANNELBINDING",
            "sslNegotiation", "PGSSLNEGOTIATION",
            "gssEncMode", "PGGSSENCMODE");

    public ConnectionSettings {
        properties = Map.copyOf(properties);
    }

    public String jdbcUrl() {
        String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return "jdbc:postgresql://" + bracketed + ":" + port + "/" + Percent.encode(database);
    }

    public ConnectionSettings withPassword(@Nullable String newPassword) {
        return new ConnectionSettings(host, port, database, user, newPassword, properties);
    }

    /** The environment that makes libpq programs (pg_dump, pg_restore) connect to the same place. */
    public Map<String, String> libpqEnvironment() {
        Map<String, String> environment = new TreeMap<>();
        environment.put("PGHOST", host);
        environment.put("PGPORT", Integer.toString(port));
        environment.put("PGDATABASE", database);
        environment.put("PGUSER", user);
        if (password != null) {
            environment.put("PGPASSWORD", password);
        }
        properties.forEach((name, value) -> {
            String variable = LIBPQ_VARIABLES.get(name);
            if (variable != null) {
                environment.put(variable, value);
            }
        });
        if ("org.postgresql.ssl.DefaultJavaSSLFactory".equals(properties.get("sslfactory"))) {
            environment.put("PGSSLROOTCERT", "system");
        }
        return environment;
    }

    /** {@code user@host:port/database}, without the password. */
    @Override
    public String toString() {
        return user + "@" + host + ":" + port + "/" + database;
    }
}
