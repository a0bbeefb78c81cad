package io.replicator.capture;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** What must be on the source: schema {@code replicator} with the heartbeat, the gate and its refusing function. */
public final class SourceSchema {
    public static final QualifiedName HEARTBEAT = new QualifiedName("replicator", "heartbeat");

    private static final String INSTALL = """
            CREATE SCHEMA IF NOT EXISTS replicator;
            CREATE TABLE IF NOT EXISTS replicator.heartbeat (
                migration text PRIMARY KEY,
                beat bigint NOT NULL,
                written_at timestamptz NOT NULL) WITH (fillfactor = 10);
            CREATE TABLE IF NOT EXISTS replicator.gate (
                migration text PRIMARY KEY,
                state text NOT NULL CHECK (state IN ('open', 'moved')),
                changed_at timestamptz NOT NULL DEFAULT clock_timestamp());
            CREATE OR REPLACE FUNCTION replicator.refuse_write() RETURNS trigger LANGUAGE plpgsql AS $body$
            BEGIN
                RAISE EXCEPTION 'this database has moved to another server, table %.% is read-only',
                    TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'read_only_sql_transaction';
            END $body$;
            """;

    private SourceSchema() {}

    /** Creates what is missing; does nothing when everything is there. */
    public static void install(Connection source) {
        try (Statement statement = source.createStatement()) {
            statement.execute(INSTALL);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "creating schema replicator on the source", e);
        }
    }
}
