package io.replicator.cli.demo;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the demo's application learns which database it has to use, and the switch hook that changes it: the hook says
 * that the source has moved and waits until the target's state at that moment is held for the comparison.
 */
final class SwitchPoint implements AutoCloseable {
    private static final long POLL_MILLIS = 5;

    private final Path moved;
    private final Path held;
    private final String sourceUrl;
    private final String targetUrl;
    private final Connection snapshot;
    private final Thread watcher;
    private volatile boolean switched;
    private volatile @Nullable String failure;

    SwitchPoint(Path directory, DemoServers servers) throws SQLException {
        moved = directory.resolve("moved");
        held = directory.resolve("held");
        sourceUrl = servers.sourceUrl();
        targetUrl = servers.targetUrl();
        snapshot = servers.targetConnection();
        snapshot.setAutoCommit(false);
        snapshot.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        watcher = Thread.ofVirtual().name("demo-switch").start(this::watch);
    }

    /** The switch hook's commands. */
    List<String> hook() {
        return List.of("touch '" + moved + "'; while [ ! -e '" + held + "' ]; do sleep 0.01; done");
    }

    /** The database the application has to use now. */
    String url() {
        return switched ? targetUrl : sourceUrl;
    }

    private void watch() {
        try {
            while (!Files.exists(moved)) {
                Thread.sleep(POLL_MILLIS);
            }
            try (Statement statement = snapshot.createStatement()) {
                statement.execute("SELECT 1");
            }
            switched = true;
            Files.createFile(held);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (IOException | SQLException e) {
            failure = "holding the target's state at the switch: " + e.getMessage();
        }
    }

    /** A session inside a transaction that sees the target as it was at the switch. */
    Connection target() {
        if (failure != null || !switched) {
            throw new ReplicatorException(ErrorCode.INTERNAL, failure == null ? "the switch did not happen" : failure);
        }
        return snapshot;
    }

    @Override
    public void close() throws IOException, SQLException {
        watcher.interrupt();
        snapshot.close();
        Files.deleteIfExists(moved);
        Files.deleteIfExists(held);
    }
}
