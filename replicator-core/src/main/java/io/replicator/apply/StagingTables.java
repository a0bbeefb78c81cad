package io.replicator.apply;

import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The temporary tables that large groups of rows are copied into before one statement applies them. They are emptied by
 * each commit in place; inside one transaction a second group of the same table and columns empties them by TRUNCATE, which
 * costs more. Owned by one lane.
 */
final class StagingTables {
    private static final int LIMIT = 200;

    private final Connection connection;
    private final Map<Definition, Staging> byDefinition = new LinkedHashMap<>();
    private int created;

    StagingTables(Connection connection) {
        this.connection = connection;
    }

    private record Definition(QualifiedName table, String columns) {}

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
     * @param table whose rows it will hold
     * @param columns as in CREATE TABLE
     * @return its name as SQL text
     */
    String empty(QualifiedName table, String columns) throws SQLException {
        Definition definition = new Definition(table, columns);
        Staging staging = byDefinition.get(definition);
        try (Statement statement = connection.createStatement()) {
            if (staging == null) {
                if (byDefinition.size() >= LIMIT) {
                    dropAll(statement);
                }
                staging = new Staging("pg_temp.replicator_rows_" + created, created);
                created++;
                statement.execute("CREATE TEMPORARY TABLE " + staging.name.substring("pg_temp.".length()) + " ("
                        + columns + ") ON COMMIT DELETE ROWS");
                byDefinition.put(definition, staging);
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
