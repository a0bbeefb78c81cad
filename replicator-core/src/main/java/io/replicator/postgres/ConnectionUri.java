package io.replicator.postgres;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * Reads connection strings: libpq URIs (PostgreSQL documentation, section 34.1.1.2), JDBC URLs, and names of services
 * in {@code pg_service.conf}. Passwords missing in them are looked up in {@code .pgpass}.
 */
public final class ConnectionUri {
    private static final String JDBC_PREFIX = "jdbc:postgresql:";
    private static final List<String> LOCATION = List.of("PGHOST", "PGPORT", "PGDBNAME", "user", "password", "service");
    private static final Map<String, String> LIBPQ_PARAMETERS = Map.ofEntries(
            Map.entry("user", "user"),
            Map.entry("password", "password"),
            Map.entry("host", "PGHOST"),
            Map.entry("port", "PGPORT"),
            Map.entry("dbname", "PGDBNAME"),
            Map.entry("service", "service"),
            Map.entry("sslmode", "sslmode"),
            Map.entry("sslrootcert", "sslrootcert"),
            Map.entry("sslcert", "sslcert"),
            Map.entry("sslkey", "sslkey"),
            Map.entry("sslpassword", "sslpassword"),
            Map.entry("sslnegotiation", "sslNegotiation"),
            Map.entry("channel_binding", "channelBinding"),
            Map.entry("gssencmode", "gssEncMode"),
            Map.entry("connect_timeout", "connectTimeout"),
            Map.entry("options", "options"));
    private static final List<String> IGNORED = List.of(
            "application_name",
            "fallback_application_name",
            "keepalives",
            "keepalives_idle",
            "keepalives_interval",
            "keepalives_count",
            "tcp_user_timeout",
            "target_session_attrs",
            "client_encoding",
            "passfile");

    private ConnectionUri() {}

    /**
     * Parses a libpq URI or a JDBC URL.
     *
     * @throws ReplicatorException {@code CONFIGURATION_INVALID}; the message does not repeat the text, which may hold a
     *     password
     */
    public static ConnectionSettings parse(String text) {
        try {
            if (text.startsWith(JDBC_PREFIX)) {
                return resolve(text, new Properties());
            }
            if (text.startsWith("postgresql://") || text.startsWith("postgres://")) {
                return resolve(JDBC_PREFIX + "//", libpqProperties(text.substring(text.indexOf("://") + 3)));
            }
        } catch (IllegalArgumentException _) {
            throw invalid("a '%' is not followed by two hexadecimal digits");
        }
        throw invalid("it must start with postgresql://, postgres:// or jdbc:postgresql:");
    }

    /** Looks a service up in {@code pg_service.conf} (PostgreSQL documentation, section 34.17). */
    public static ConnectionSettings service(String name) {
        Properties properties = new Properties();
        properties.setProperty("service", name);
        return resolve(JDBC_PREFIX + "//", properties);
    }

    private static Properties libpqProperties(String afterScheme) {
        Properties properties = new Properties();
        String rest = afterScheme;
        int question = rest.indexOf('?');
        if (question >= 0) {
            readParameters(rest.substring(question + 1), properties);
            rest = rest.substring(0, question);
        }
        int slash = rest.indexOf('/');
        if (slash >= 0) {
            putUnlessEmpty(properties, "PGDBNAME", Percent.decode(rest.substring(slash + 1)));
            rest = rest.substring(0, slash);
        }
        int at = rest.lastIndexOf('@');
        if (at >= 0) {
            String login = rest.substring(0, at);
            int colon = login.indexOf(':');
            putUnlessEmpty(properties, "user", Percent.decode(colon < 0 ? login : login.substring(0, colon)));
            if (colon >= 0) {
                putUnlessEmpty(properties, "password", Percent.decode(login.substring(colon + 1)));
            }
            rest = rest.substring(at + 1);
        }
        readHosts(rest, properties);
        return properties;
    }

    private static void readHosts(String text, Properties properties) {
        if (text.isEmpty()) {
            return;
        }
        List<String> hosts = new ArrayList<>();
        List<String> ports = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            int colon = part.startsWith("[") ? part.indexOf(':', part.indexOf(']')) : part.indexOf(':');
            hosts.add(Percent.decode(colon < 0 ? part : part.substring(0, colon)));
            ports.add(colon < 0 ? "5432" : Integer.toString(port(part.substring(colon + 1))));
        }
        properties.setProperty("PGHOST", String.join(",", hosts));
        properties.setProperty("PGPORT", String.join(",", ports));
    }

    private static void readParameters(String query, Properties properties) {
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = Percent.decode(equals < 0 ? pair : pair.substring(0, equals))
                    .toLowerCase(Locale.ROOT);
            String value = equals < 0 ? "" : Percent.decode(pair.substring(equals + 1));
            String property = LIBPQ_PARAMETERS.get(name);
            if (property != null) {
                if (name.equals("sslrootcert") && value.equals("system")) {
                    properties.setProperty("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
                } else {
                    putUnlessEmpty(properties, property, value);
                }
            } else if (!IGNORED.contains(name)) {
                throw invalid(
                        query.indexOf('@') < 0
                                ? "unknown connection parameter '" + name + "'"
                                : "an '@' stands behind the '?'");
            }
        }
    }

    private static void putUnlessEmpty(Properties properties, String name, String value) {
        if (!value.isEmpty()) {
            properties.setProperty(name, value);
        }
    }

    private static ConnectionSettings resolve(String url, Properties given) {
        Properties parsed = Driver.parseURL(url, given);
        if (parsed == null) {
            throw invalid(
                    given.containsKey("service")
                            ? "service '" + given.getProperty("service") + "' is not in pg_service.conf (PGSERVICEFILE)"
                            : "it is not a valid JDBC URL");
        }
        Map<String, String> further = new LinkedHashMap<>();
        for (String name : parsed.stringPropertyNames()) {
            if (!LOCATION.contains(name)) {
                further.put(name, parsed.getProperty(name));
            }
        }
        String host = required(parsed, "PGHOST", "a host");
        if (host.contains(",")) {
            throw invalid("several hosts are given; name the one primary server");
        }
        if (host.startsWith("/")) {
            throw invalid("Unix sockets are not supported; name a TCP host");
        }
        return new ConnectionSettings(
                host,
                port(parsed.getProperty("PGPORT", "5432")),
                required(parsed, "PGDBNAME", "a database name"),
                required(parsed, "user", "a user"),
                password(parsed),
                further);
    }

    private static @Nullable String password(Properties properties) {
        String password = properties.getProperty("password");
        return password != null ? password : System.getenv("PGPASSWORD");
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port > 0 && port < 65_536) {
                return port;
            }
        } catch (NumberFormatException _) {
            throw invalid("the port is not a number");
        }
        throw invalid("the port must lie between 1 and 65535");
    }

    private static String required(Properties properties, String name, String what) {
        String value = properties.getProperty(name);
        if (value == null || value.isEmpty()) {
            throw invalid(what + " is missing");
        }
        return value;
    }

    private static ReplicatorException invalid(String problem) {
        return new ReplicatorException(ErrorCode.CONFIGURATION_INVALID, "connection string: " + problem);
    }
}
