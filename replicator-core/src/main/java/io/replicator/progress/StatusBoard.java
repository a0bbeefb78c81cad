package io.replicator.progress;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where the daemon publishes its status, as one JSON document. */
public final class StatusBoard {
    private StatusBoard() {}

    public static void publish(Connection target, String migration, String json) throws SQLException {
        MigrationStore.execute(target, """
                INSERT INTO replicator.status (migration, report) VALUES (?, ?::jsonb)
                ON CONFLICT (migration) DO UPDATE SET report = excluded.report, published_at = clock_timestamp()""", migration, json);
    }

    public static @Nullable Published read(Connection target, String migration) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("""
                SELECT report::text, extract(epoch FROM clock_timestamp() - published_at) * 1000
                FROM replicator.status WHERE migration = ?""")) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new Published(row.getString(1), Duration.ofMillis(row.getLong(2))) : null;
            }
        }
    }

    /** @param age how long ago the daemon published it, by the target's clock */
    public record Published(String json, Duration age) {}
}
