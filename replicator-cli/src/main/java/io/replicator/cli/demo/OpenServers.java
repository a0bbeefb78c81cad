package io.replicator.cli.demo;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The servers that are still open; they are closed when the JVM ends. */
final class OpenServers {
    private static final Set<EmbeddedServer> OPEN = new HashSet<>();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(OpenServers::closeAll, "embedded-servers-closer"));
    }

    private OpenServers() {}

    static void add(EmbeddedServer server) {
        synchronized (OPEN) {
            OPEN.add(server);
        }
    }

    static void remove(EmbeddedServer server) {
        synchronized (OPEN) {
            OPEN.remove(server);
        }
    }

    private static void closeAll() {
        List<EmbeddedServer> servers;
        synchronized (OPEN) {
            servers = new ArrayList<>(OPEN);
        }
        List<Thread> closers = new ArrayList<>();
        for (EmbeddedServer server : servers) {
            closers.add(Thread.ofPlatform().name("closer of " + server).start(server::close));
        }
        try {
            for (Thread closer : closers) {
                closer.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
