package io.replicator.capture.trigger;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/** What all captured tables share: the record of what was installed, the change logs, the functions of TRUNCATE. */
final class CaptureSchema {
    private static final String RECORDS = """
            CREATE TABLE IF NOT EXISTS replicator.captured_table (
                id int PRIMARY KEY,
                schema_name text NOT NULL,
                table_name text NOT NULL,
                relid oid NOT NULL,
                shape text NOT NULL,
                key_columns text[] NOT NULL,
                key_numbers int2[] NOT NULL,
                row_level bool NOT NULL,
                structure text[] NOT NULL,
                filenode bigint NOT NULL,
                triggers text[] NOT NULL,
                installed_at timestamptz NOT NULL DEFAULT clock_timestamp());
            CREATE TABLE IF NOT EXISTS replicator.truncation (
                xid bigint NOT NULL,
                table_id int NOT NULL,
                filenode bigint NOT NULL);
            ALTER TABLE replicator.truncation REPLICA IDENTITY FULL;
            """;

    private CaptureSchema() {}

    /** Creates what is missing of the records, and of the logs and functions of the shapes. */
    static void install(Connection source, Set<KeyShape> shapes) {
        try {
            try (Statement statement = source.createStatement()) {
                statement.execute(RECORDS);
            }
            for (KeyShape shape : shapes) {
                install(source, shape);
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "creating the change logs on the source", e);
        }
    }

    private static void install(Connection source, KeyShape shape) throws SQLException {
        for (int segment = 0; segment < KeyShape.SEGMENTS; segment++) {
            try (Statement statement = source.createStatement()) {
                statement.execute(log(shape, segment));
            }
        }
        createMissing(source, "truncated_" + shape.name(), TriggerFunctions.truncated(shape));
        if (shape.keyless()) {
            createMissing(source, "touched", TriggerFunctions.touched());
        }
    }

    /** Never vacuumed and never updated: a segment is truncated as a whole. */
    private static String log(KeyShape shape, int segment) {
        StringBuilder log = new StringBuilder("CREATE TABLE IF NOT EXISTS ")
                .append(shape.log(segment))
                .append(" (xid bigint NOT NULL, table_id int NOT NULL");
        for (int column = 0; column < shape.columns(); column++) {
            log.append(", k").append(column + 1).append(' ').append(shape.logType(column));
        }
        return log.append(") WITH (autovacuum_enabled = false)").toString();
    }

    private static void createMissing(Connection source, String name, String create) throws SQLException {
        try (PreparedStatement exists = source.prepareStatement("""
                SELECT EXISTS (SELECT FROM pg_proc WHERE pronamespace = 'replicator'::regnamespace AND proname = ?)""")) {
            exists.setString(1, name);
            try (ResultSet row = exists.executeQuery()) {
                row.next();
                if (row.getBoolean(1)) {
                    return;
                }
            }
        }
        try (Statement statement = source.createStatement()) {
            statement.execute(create);
        }
    }
}
