package io.replicator.capture.trigger;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The record on the source of which tables have our triggers, written in the transaction that makes them. */
public final class CapturedTables {
    /** Structure, file and triggers of tables as the record keeps them; {@code %s} selects tables {@code c}. */
    static final String PRESENT =
            """
            SELECT c.oid, n.nspname, c.relname, c.relfilenode::bigint AS filenode,
                   (SELECT coalesce(array_agg(a.attnum || ' ' || a.attname || ' '
                               || format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum), '{}')
                    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS structure,
                   (SELECT coalesce(array_agg(t.tgname || ' ' || t.oid || ' ' || t.xmin || ' ' || t.tgenabled::text
                               ORDER BY t.tgname), '{}')
                    FROM pg_trigger t
                    WHERE t.tgrelid = c.oid AND starts_with_ours) AS triggers
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            """.replace("starts_with_ours", "left(t.tgname, length(c.oid::text) + 12) = 'replicator_' || c.oid || '_'");

    private CapturedTables() {}

    /** All captured tables as of the caller's snapshot, ordered by name. */
    public static List<CapturedTable> read(Connection snapshotTransaction) {
        List<CapturedTable> tables = new ArrayList<>();
        try (PreparedStatement statement = snapshotTransaction.prepareStatement("""
                        SELECT id, relid, schema_name, table_name, shape, key_columns, row_level
                        FROM replicator.captured_table ORDER BY schema_name, table_name""");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                tables.add(new CapturedTable(
                        row.getInt(1),
                        (int) row.getLong(2),
                        new QualifiedName(row.getString(3), row.getString(4)),
                        KeyShape.ofName(row.getString(5)),
                        List.of((String[]) row.getArray(6).getArray()),
                        row.getBoolean(7)));
            }
            return tables;
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.STATE_MISMATCH, "reading replicator.captured_table on the source", e);
        }
    }

    /** Records what is installed, inside the transaction that installed it. */
    static void record(Connection source, CapturedTable table, List<Short> keyNumbers) throws SQLException {
        try (PreparedStatement statement = source.prepareStatement("""
                INSERT INTO replicator.captured_table AS known
                    (id, schema_name, table_name, relid, shape, key_columns, key_numbers, row_level,
                     structure, filenode, triggers)
                SELECT ?, p.nspname, p.relname, p.oid, ?, ?, ?, ?, p.structure, p.filenode, p.triggers
                FROM (%s WHERE c.oid = ?::oid) p
                ON CONFLICT (id) DO UPDATE SET
                    schema_name = excluded.schema_name, table_name = excluded.table_name, shape = excluded.shape,
                    key_columns = excluded.key_columns, key_numbers = excluded.key_numbers,
                    row_level = excluded.row_level, structure = excluded.structure, filenode = excluded.filenode,
                    triggers = excluded.triggers, installed_at = excluded.installed_at""".formatted(PRESENT))) {
            statement.setInt(1, table.id());
            statement.setString(2, table.shape().name());
            statement.setArray(
                    3, source.createArrayOf("text", table.keyColumns().toArray()));
            statement.setArray(4, source.createArrayOf("int2", keyNumbers.toArray()));
            statement.setBoolean(5, table.rowLevel());
            statement.setLong(6, Integer.toUnsignedLong(table.relationOid()));
            statement.executeUpdate();
        }
    }
}
