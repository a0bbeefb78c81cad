package io.replicator.cli.demo;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The demo's two servers, of different majors, each with the database {@code shop}. */
record DemoServers(EmbeddedServer source, EmbeddedServer target, String user) implements AutoCloseable {
    private static final String SUPERUSER = "postgres";
    private static final String OWNER = "shop_owner";

    static final int SOURCE_MAJOR = 15;
    static final int TARGET_MAJOR = 17;
    static final String DATABASE = "shop";

    /** @param asOwner whether the shop belongs to a role that owns its database and may do nothing more */
    static DemoServers start(Path directory, boolean asOwner) {
        CompletableFuture<EmbeddedServer> source = begin(SOURCE_MAJOR, directory);
        CompletableFuture<EmbeddedServer> target = begin(TARGET_MAJOR, directory);
        try {
            DemoServers servers = new DemoServers(source.join(), target.join(), asOwner ? OWNER : SUPERUSER);
            if (asOwner) {
                servers.createOwner();
            }
            return servers;
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

    /** As on Heroku: no superuser, no replication, no role of its own; on the target, as on RDS, the replica role. */
    private void createOwner() {
        for (EmbeddedServer server : List.of(source, target)) {
            server.execute("CREATE ROLE " + OWNER + " LOGIN");
            server.execute("ALTER DATABASE " + DATABASE + " OWNER TO " + OWNER);
        }
        target.execute("GRANT SET ON PARAMETER session_replication_role TO " + OWNER);
    }

    String sourceUrl() {
        return source.address().url(DATABASE, user);
    }

    String targetUrl() {
        return target.address().url(DATABASE, user);
    }

    Connection sourceConnection() throws SQLException {
        return source.address().connection(DATABASE, user, null);
    }

    Connection targetConnection() throws SQLException {
        return target.address().connection(DATABASE, user, null);
    }

    @Override
    public void close() {
        try (source;
                target) {
            return;
        }
    }
}
