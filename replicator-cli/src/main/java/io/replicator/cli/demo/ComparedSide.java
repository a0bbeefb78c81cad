package io.replicator.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * One database as of one snapshot, with settings under which equal values have equal texts. A session that is inside a
 * REPEATABLE READ transaction already is read as of that transaction's snapshot.
 */
final class ComparedSide implements AutoCloseable {
    private static final String SETTINGS = """
        SELECT set_config('search_path', 'pg_catalog', true), set_config('DateStyle', 'ISO, YMD', true),
            set_config('IntervalStyle', 'postgres', true), set_config('TimeZone', 'UTC', true),
            set_config('bytea_output', 'hex', true), set_config('extra_float_digits', '3', true),
            set_config('lc_monetary', 'C', true), set_config('row_security', 'off', true),
            set_config('work_mem', '64MB', true), set_config('statement_timeout', '0', true)\
        """;

    private final Connection connection;
    private final boolean autoCommit;
    private final int isolation;

    ComparedSide(Connection connection) throws SQLException {
        this.connection = connection;
        autoCommit = connection.getAutoCommit();
        isolation = connection.getTransactionIsolation();
        if (autoCommit || isolation != Connection.TRANSACTION_REPEATABLE_READ) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(SETTINGS);
        }
    }

    Connection connection() {
        return connection;
    }

    int major() throws SQLException {
        return connection.getMetaData().getDatabaseMajorVersion();
    }

    /** Ends the snapshot and puts the session back as it was. */
    @Override
    public void close() throws SQLException {
        connection.rollback();
        connection.setTransactionIsolation(isolation);
        connection.setAutoCommit(autoCommit);
    }
}
