package io.replicator.schema;

import io.replicator.catalog.Table;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The planner's statistics on the target, without which large batches of changes take bad plans. */
public final class Statistics {
    private Statistics() {}

    /**
     * Analyzes tables one after the other.
     *
     * @param target in autocommit mode
     */
    public static void analyze(Connection target, List<Table> tables) {
        Table current = null;
        try (Statement statement = target.createStatement()) {
            for (Table table : tables) {
                current = table;
                statement.execute("ANALYZE " + table.name().quoted());
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(
                    ErrorCode.SCHEMA_FAILED,
                    "analyzing " + (current == null ? "tables" : current) + " on the target",
                    e);
        }
    }
}
