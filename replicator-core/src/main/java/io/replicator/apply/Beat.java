package io.replicator.apply;

import io.replicator.progress.AppliedHeartbeat;
import io.replicator.progress.Migration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The statement that records a heartbeat of the source, in the transaction that brings it. */
record Beat(Migration migration, long beat) implements RoundTrip.Part {
    @Override
    public String sql() {
        return AppliedHeartbeat.WRITE;
    }

    @Override
    public int bind(Connection connection, PreparedStatement statement, int first) throws SQLException {
        statement.setString(first, migration.name());
        statement.setLong(first + 1, beat);
        return first + 2;
    }

    @Override
    public void check(long affected) {}
}
