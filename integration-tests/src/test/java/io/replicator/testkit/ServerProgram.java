package io.replicator.testkit;

import io.replicator.cli.demo.EmbeddedServer;
import io.replicator.cli.demo.Sql;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** A program that starts a server and goes on until it is ended. */
final class ServerProgram {
    private ServerProgram() {}

    public static void main(String[] arguments) throws Exception {
        EmbeddedServer server = EmbeddedServer.start(17, Path.of(arguments[0]), Map.of());
        try (Connection connection = server.connection("postgres")) {
            Long pid = Sql.number(connection, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::bigint");
            System.out.println("postmaster " + pid + " is ready");
        }
        new CountDownLatch(1).await();
    }
}
