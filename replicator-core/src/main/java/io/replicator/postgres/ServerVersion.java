package io.replicator.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A server's {@code server_version_num}, for example 150018. */
public record ServerVersion(int number) {
    public static ServerVersion of(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT current_setting('server_version_num')::int");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new ServerVersion(row.getInt(1));
        }
    }

    public int major() {
        return number / 10_000;
    }

    public boolean atLeast(int major) {
        return major() >= major;
    }

    @Override
    public String toString() {
        return major() + "." + number % 10_000;
    }
}
