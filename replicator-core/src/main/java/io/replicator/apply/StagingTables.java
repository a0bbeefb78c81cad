package io.replicator.apply;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The temporary tables that large groups of rows are copied into before one statement applies them. They are emptied by
 * each commit in place; inside one transaction a second group empties them by TRUNCATE. Owned by one lane.
 */
final class StagingTables {
    private static final int LIMIT = 200;

    private final Connection connection;
    private final Map<String, Staging> byDefinition = new LinkedHashMap<>();
    private int created;

    StagingTables(Connection connection) {
        this.connection = connection;
    }

    private static final class Staging {
        private final String name;
        private final int number;
        private boolean filled;

        Staging(String name, int number) {
            this.name = name;
            this.number = number;
        }
    }

    /** How many were created, to be given to {@link #forgetSince}. */
    int created() {
        return created;
    }

    /** A rollback to a savepoint has removed those that were created behind it. */
    void forgetSince(int mark) {
        byDefinition.values().removeIf(staging -> staging.number >= mark);
    }

    void committed() {
        for (Staging staging : byDefinition.values()) {
            staging.filled = false;
        }
    }

    /**
     * An empty table with these columns.
     *
     * @param columns as in CREATE TABLE
     * @return its name as SQL text
     */
    String empty(String columns) throws SQLException {
        Staging staging = byDefinition.get(columns);
        try (Statement statement = connection.createStatement()) {
            if (staging == null) {
                if (byDefinition.size() >= LIMIT) {
                    dropAll(statement);
                }
                staging = new Staging("pg_temp.replicator_rows_" + created, created);
                created++;
                statement.execute("CREATE TEMPORARY TABLE " + staging.name.substring("pg_temp.".length()) + " ("
                        + columns + ") ON COMMIT DELETE ROWS");
                byDefinition.put(columns, staging);
            } else if (staging.filled) {
                statement.execute("TRUNCATE " + staging.name);
            }
        }
        staging.filled = true;
        return staging.name;
    }

    private void dropAll(Statement statement) throws SQLException {
        for (Staging staging : byDefinition.values()) {
            statement.execute("DROP TABLE " + staging.name);
        }
        byDefinition.clear();
    }
}
