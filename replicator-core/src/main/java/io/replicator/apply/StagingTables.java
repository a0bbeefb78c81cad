package io.replicator.apply;

import io.replicator.postgres.Identifiers;
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
 *
 * <p>They store large values as they come: a value that they compressed would reach its table like that, whatever is set
 * there for the column, or be compressed twice.
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
                        + columns + ") ON COMMIT DELETE ROWS; " + uncompressed(staging.name));
                byDefinition.put(definition, staging);
            } else if (staging.filled) {
                statement.execute("TRUNCATE " + staging.name);
            }
        }
        staging.filled = true;
        return staging.name;
    }

    private static String uncompressed(String table) {
        return "DO " + Identifiers.literal("""
                DECLARE
                    name pg_catalog.text;
                BEGIN
                    FOR name IN SELECT attname FROM pg_catalog.pg_attribute
                                WHERE attrelid = '%1$s'::pg_catalog.regclass AND attnum > 0 AND attstorage IN ('m', 'x') LOOP
                        EXECUTE pg_catalog.format('ALTER TABLE %1$s ALTER %%I SET STORAGE EXTERNAL', name);
                    END LOOP;
                END""".formatted(table));
    }

    private void dropAll(Statement statement) throws SQLException {
        for (Staging staging : byDefinition.values()) {
            statement.execute("DROP TABLE " + staging.name);
        }
        byDefinition.clear();
    }
}
