package io.replicator.schema;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The dump's entries as the target keeps them, with those that are done. */
final class SchemaEntryStore {
    private static final String INSTALL = """
            CREATE SCHEMA IF NOT EXISTS replicator;
            CREATE TABLE IF NOT EXISTS replicator.schema_dump (
                migration text PRIMARY KEY,
                tool_version text NOT NULL,
                taken_at timestamptz NOT NULL DEFAULT clock_timestamp());
            CREATE TABLE IF NOT EXISTS replicator.schema_entry (
                migration text NOT NULL,
                number int NOT NULL,
                stage text NOT NULL,
                type text NOT NULL,
                name text NOT NULL,
                sql text NOT NULL,
                tables text[] NOT NULL,
                weight bigint NOT NULL,
                done_at timestamptz,
                PRIMARY KEY (migration, number));
            """;

    private final String migration;

    SchemaEntryStore(String migration) {
        this.migration = migration;
    }

    void install(Connection target) throws SQLException {
        try (Statement statement = target.createStatement()) {
            statement.execute(INSTALL);
        }
    }

    boolean isTaken(Connection target) throws SQLException {
        try (PreparedStatement statement =
                target.prepareStatement("SELECT FROM replicator.schema_dump WHERE migration = ?")) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    /** Keeps a dump, in the caller's transaction. */
    void save(Connection target, String toolVersion, List<SchemaEntry> entries) throws SQLException {
        markTaken(target, toolVersion);
        insert(target, entries);
    }

    /** Records that everything has been stored, in the caller's transaction. */
    void markTaken(Connection target, String takenFrom) throws SQLException {
        try (PreparedStatement dump =
                target.prepareStatement("INSERT INTO replicator.schema_dump (migration, tool_version) VALUES (?, ?)")) {
            dump.setString(1, migration);
            dump.setString(2, takenFrom);
            dump.executeUpdate();
        }
    }

    /** Stores further entries, numbered behind those that are there, in the caller's transaction. */
    void add(Connection target, List<SchemaEntry> entries) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement(
                "SELECT coalesce(max(number) + 1, 0) FROM replicator.schema_entry WHERE migration = ?")) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                List<SchemaEntry> numbered = new ArrayList<>();
                for (SchemaEntry entry : entries) {
                    numbered.add(entry.numbered(row.getInt(1) + numbered.size()));
                }
                insert(target, numbered);
            }
        }
    }

    private void insert(Connection target, List<SchemaEntry> entries) throws SQLException {
        try (PreparedStatement entry = target.prepareStatement("""
                INSERT INTO replicator.schema_entry (migration, number, stage, type, name, sql, tables, weight)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""")) {
            for (SchemaEntry each : entries) {
                entry.setString(1, migration);
                entry.setInt(2, each.number());
                entry.setString(3, each.stage().word());
                entry.setString(4, each.type());
                entry.setString(5, each.name());
                entry.setString(6, each.sql());
                entry.setArray(7, target.createArrayOf("text", each.tables().toArray()));
                entry.setLong(8, each.weight());
                entry.addBatch();
            }
            entry.executeBatch();
        }
    }

    /** The entries of a stage that are not done, in the order of the dump. */
    List<SchemaEntry> pending(Connection target, Stage stage) throws SQLException {
        List<SchemaEntry> entries = new ArrayList<>();
        try (PreparedStatement statement = target.prepareStatement("""
                SELECT number, type, name, sql, tables, weight FROM replicator.schema_entry
                WHERE migration = ? AND stage = ? AND done_at IS NULL ORDER BY number""")) {
            statement.setString(1, migration);
            statement.setString(2, stage.word());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    entries.add(new SchemaEntry(
                            row.getInt(1),
                            stage,
                            row.getString(2),
                            row.getString(3),
                            row.getString(4),
                            List.of((String[]) row.getArray(5).getArray()),
                            row.getLong(6)));
                }
            }
        }
        return entries;
    }

    boolean isDone(Connection target, SchemaEntry entry) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement(
                "SELECT done_at IS NOT NULL FROM replicator.schema_entry WHERE migration = ? AND number = ?")) {
            statement.setString(1, migration);
            statement.setInt(2, entry.number());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /**
     * Marks entries as done, in the transaction that creates their objects.
     *
     * @throws ReplicatorException {@code OWNERSHIP_LOST} when somebody else created one meanwhile; nothing may be
     *     committed then
     */
    void markDone(Connection target, List<SchemaEntry> entries) throws SQLException {
        if (entries.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = target.prepareStatement("""
                UPDATE replicator.schema_entry SET done_at = clock_timestamp()
                WHERE migration = ? AND number = ANY (?::int[]) AND done_at IS NULL""")) {
            statement.setString(1, migration);
            statement.setArray(
                    2,
                    target.createArrayOf(
                            "int", entries.stream().map(SchemaEntry::number).toArray()));
            if (statement.executeUpdate() != entries.size()) {
                throw new ReplicatorException(
                        ErrorCode.OWNERSHIP_LOST,
                        entries.getFirst() + " or one after it was created by another daemon of migration "
                                + migration);
            }
        }
    }
}
