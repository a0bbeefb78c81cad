package io.replicator.testkit;

import io.replicator.cli.demo.PostgresServer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The servers of this JVM, started when they are first asked for and closed when the JVM ends. Scenarios share them, so
 * whoever stops or kills one starts it again. Thread-safe.
 *
 * <p>Servers run in containers with {@code -Dreplicator.servers=containers} where a Docker engine answers, otherwise the
 * embedded ones are used.
 */
public final class Servers {
    private static final String SOURCE = "source";
    private static final String TARGET = "target";
    private static final ServerProvider PROVIDER = provider();
    private static final Map<Key, PostgresServer> STARTED = new HashMap<>();
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private record Key(int major, String purpose) {}

    private Servers() {}

    /** The server of a major for a purpose; another purpose gets another server. */
    public static PostgresServer server(int major, String purpose) {
        synchronized (STARTED) {
            return STARTED.computeIfAbsent(new Key(major, purpose), _ -> PROVIDER.start(major));
        }
    }

    /** Starts a server that nobody else uses; the caller closes it. */
    public static PostgresServer own(int major) {
        return PROVIDER.start(major);
    }

    /** An empty database on the server that scenarios migrate from. */
    public static TestDatabase source(int major) {
        return database(server(major, SOURCE));
    }

    /** An empty database on the server that scenarios migrate to; never the same server as the source. */
    public static TestDatabase target(int major) {
        return database(server(major, TARGET));
    }

    /** An empty database on a server, with a name that no other one in this JVM has. */
    public static TestDatabase database(PostgresServer server) {
        String name = "test_" + DATABASES.incrementAndGet();
        server.createDatabase(name);
        return new TestDatabase(server, name, "postgres");
    }

    private static ServerProvider provider() {
        boolean containers = "containers".equals(System.getProperty("replicator.servers"));
        return containers && ContainerServerProvider.isAvailable()
                ? new ContainerServerProvider()
                : new EmbeddedServerProvider();
    }
}
