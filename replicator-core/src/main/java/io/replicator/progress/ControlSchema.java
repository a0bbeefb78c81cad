package io.replicator.progress;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The tables of schema {@code replicator} on the target. */
public final class ControlSchema {
    public static final String NAME = "replicator";

    private static final String INSTALL = """
            CREATE SCHEMA IF NOT EXISTS replicator;
            CREATE TABLE IF NOT EXISTS replicator.migration (
                name text PRIMARY KEY,
                phase text NOT NULL,
                interrupted_phase text NOT NULL,
                failure text,
                capture text NOT NULL,
                source_system_identifier bigint,
                source_timeline int,
                source_database text,
                owner_epoch bigint NOT NULL DEFAULT 0,
                owner_host text,
                owner_pid bigint,
                changed_at timestamptz NOT NULL DEFAULT clock_timestamp());
            CREATE TABLE IF NOT EXISTS replicator.phase_history (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                migration text NOT NULL,
                phase text NOT NULL,
                detail text,
                entered_at timestamptz NOT NULL DEFAULT clock_timestamp());
            CREATE TABLE IF NOT EXISTS replicator.table_progress (
                migration text NOT NULL,
                schema_name text NOT NULL,
                table_name text NOT NULL,
                state text NOT NULL,
                start_position text,
                filenode bigint NOT NULL,
                rows bigint NOT NULL DEFAULT 0,
                bytes bigint NOT NULL DEFAULT 0,
                bytes_total bigint NOT NULL DEFAULT 0,
                owner_epoch bigint NOT NULL,
                stale_reason text,
                last_reason text,
                structure text,
                joining boolean NOT NULL DEFAULT false,
                PRIMARY KEY (migration, schema_name, table_name)) WITH (fillfactor = 50);
            CREATE TABLE IF NOT EXISTS replicator.copy_range (
                migration text NOT NULL,
                schema_name text NOT NULL,
                table_name text NOT NULL,
                range int NOT NULL,
                by_page boolean NOT NULL,
                lower_bound text[] NOT NULL,
                upper_bound text[] NOT NULL,
                copied boolean NOT NULL,
                position text,
                owner_epoch bigint NOT NULL,
                PRIMARY KEY (migration, schema_name, table_name, range));
            ALTER TABLE replicator.table_progress ADD COLUMN IF NOT EXISTS structure text;
            ALTER TABLE replicator.table_progress ADD COLUMN IF NOT EXISTS joining boolean NOT NULL DEFAULT false;
            ALTER TABLE replicator.copy_range ADD COLUMN IF NOT EXISTS position text;
            CREATE TABLE IF NOT EXISTS replicator.lane (
                migration text NOT NULL,
                lane int NOT NULL,
                position text NOT NULL,
                owner_epoch bigint NOT NULL,
                updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
                PRIMARY KEY (migration, lane)) WITH (fillfactor = 10);
            CREATE TABLE IF NOT EXISTS replicator.lane_counter (
                migration text NOT NULL,
                lane int NOT NULL,
                schema_name text NOT NULL,
                table_name text NOT NULL,
                inserted bigint NOT NULL,
                updated bigint NOT NULL,
                deleted bigint NOT NULL,
                PRIMARY KEY (migration, lane, schema_name, table_name)) WITH (fillfactor = 50);
            CREATE TABLE IF NOT EXISTS replicator.key_spread (
                migration text NOT NULL,
                schema_name text NOT NULL,
                table_name text NOT NULL,
                key_columns text[] NOT NULL,
                PRIMARY KEY (migration, schema_name, table_name));
            CREATE TABLE IF NOT EXISTS replicator.large_object (
                migration text NOT NULL,
                object oid NOT NULL,
                PRIMARY KEY (migration, object));
            CREATE TABLE IF NOT EXISTS replicator.applied_heartbeat (
                migration text PRIMARY KEY,
                beat bigint NOT NULL) WITH (fillfactor = 20);
            CREATE TABLE IF NOT EXISTS replicator.disk_commit (
                migration text PRIMARY KEY,
                committed_at timestamptz NOT NULL) WITH (fillfactor = 20);
            CREATE TABLE IF NOT EXISTS replicator.status (
                migration text PRIMARY KEY,
                report jsonb NOT NULL,
                published_at timestamptz NOT NULL DEFAULT clock_timestamp()) WITH (fillfactor = 20);
            CREATE TABLE IF NOT EXISTS replicator.request (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                migration text NOT NULL,
                kind text NOT NULL,
                arguments jsonb NOT NULL,
                state text NOT NULL DEFAULT 'queued',
                cancel boolean NOT NULL DEFAULT false,
                result jsonb,
                requested_at timestamptz NOT NULL DEFAULT clock_timestamp());
            CREATE TABLE IF NOT EXISTS replicator.request_event (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                request bigint NOT NULL,
                event jsonb NOT NULL,
                at timestamptz NOT NULL DEFAULT clock_timestamp());
            """;

    private ControlSchema() {}

    /** Creates what is missing; does nothing when everything is there. */
    public static void install(Connection target) {
        try (Statement statement = target.createStatement()) {
            statement.execute(INSTALL);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "creating schema replicator on the target", e);
        }
    }

    public static boolean isInstalled(Connection target) {
        try (PreparedStatement statement =
                        target.prepareStatement("SELECT to_regclass('replicator.request_event') IS NOT NULL");
                ResultSet result = statement.executeQuery()) {
            result.next();
            return result.getBoolean(1);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.STATE_MISMATCH, "looking for schema replicator on the target", e);
        }
    }
}
