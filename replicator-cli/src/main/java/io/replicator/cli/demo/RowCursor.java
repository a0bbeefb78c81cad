package io.replicator.cli.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads keys and rows of one side as bytes, a few thousand at a time. */
final class RowCursor implements AutoCloseable {
    private static final int FETCH_SIZE = 2_000;

    private final PreparedStatement statement;
    private @Nullable ResultSet rows;
    private byte @Nullable [] key;
    private byte @Nullable [] row;
    private long count;

    RowCursor(Connection connection, String query) throws SQLException {
        statement = connection.prepareStatement(query);
        statement.setFetchSize(FETCH_SIZE);
    }

    /** Runs the query and goes to the first row. */
    void open() throws SQLException {
        rows = statement.executeQuery();
        next();
    }

    void next() throws SQLException {
        if (rows != null && rows.next()) {
            key = rows.getBytes(1);
            row = rows.getBytes(2);
            count++;
        } else {
            key = null;
            row = null;
        }
    }

    /** The key of the row it stands on; null at the end. */
    byte @Nullable [] key() {
        return key;
    }

    /** The row's text; null where the key is the whole row, and at the end. */
    byte @Nullable [] row() {
        return row;
    }

    /** The rows seen until now. */
    long count() {
        return count;
    }

    @Override
    public void close() throws SQLException {
        try {
            if (rows != null) {
                rows.close();
            }
        } finally {
            statement.close();
        }
    }
}
