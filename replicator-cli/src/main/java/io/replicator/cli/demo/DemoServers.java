package io.replicator.cli.demo;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The demo's two servers, of different majors, each with the database {@code shop}. */
record DemoServers(EmbeddedServer source, EmbeddedServer target) implements AutoCloseable {
    static final int SOURCE_MAJOR = 15;
    static final int TARGET_MAJOR = 17;
    static final String DATABASE = "shop";

    static DemoServers start(Path directory) {
        CompletableFuture<EmbeddedServer> source = begin(SOURCE_MAJOR, directory.resolve("source"));
        CompletableFuture<EmbeddedServer> target = begin(TARGET_MAJOR, directory.resolve("target"));
        try {
            return new DemoServers(source.join(), target.join());
        } catch (CompletionException e) {
            throw e.getCause() instanceof ReplicatorException known
                    ? known
                    : new ReplicatorException(ErrorCode.INTERNAL, "starting the servers: " + e.getCause(), e);
        }
    }

    private static CompletableFuture<EmbeddedServer> begin(int major, Path directory) {
        return CompletableFuture.supplyAsync(() -> {
            EmbeddedServer server = EmbeddedServer.start(major, directory, Map.of());
            server.createDatabase(DATABASE);
            return server;
        });
    }

    String sourceUrl() {
        return source.url(DATABASE);
    }

    String targetUrl() {
        return target.url(DATABASE);
    }

    @Override
    public void close() {
        try (source;
                target) {
            return;
        }
    }
}
