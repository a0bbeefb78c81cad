package io.replicator.apply;

import io.replicator.postgres.QualifiedName;
import io.replicator.progress.Migration;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How each table's rows were spread over the lanes when these last stood at different positions: changes that come
 * again must find the lanes they had. Kept in the target. Belongs to the router's thread.
 */
final class KeySpreads {
    private final Connection target;
    private final Migration migration;
    private final Map<QualifiedName, KeySpread> known = new HashMap<>();

    /** @param target in autocommit mode, and not a lane's */
    KeySpreads(Connection target, Migration migration) throws SQLException {
        this.target = target;
        this.migration = migration;
        try (PreparedStatement statement = target.prepareStatement(
                "SELECT schema_name, table_name, key_columns FROM replicator.key_spread WHERE migration = ?")) {
            statement.setString(1, migration.name());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Array columns = row.getArray(3);
                    known.put(new QualifiedName(row.getString(1), row.getString(2)), new KeySpread(List.of((String[])
                            columns.getArray())));
                    columns.free();
                }
            }
        }
    }

    @Nullable
    KeySpread of(QualifiedName table) {
        return known.get(table);
    }

    /** Records a spread at once; for a table without a change since all lanes stood at one position. */
    void put(QualifiedName table, KeySpread spread) throws SQLException {
        if (!spread.equals(known.put(table, spread))) {
            write(target, migration, table, spread);
        }
    }

    /** Remembers a spread that a lane's transaction records. */
    void remember(QualifiedName table, KeySpread spread) {
        known.put(table, spread);
    }

    static void write(Connection connection, Migration migration, QualifiedName table, KeySpread spread)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                INSERT INTO replicator.key_spread (migration, schema_name, table_name, key_columns)
                VALUES (?, ?, ?, ?)
                ON CONFLICT (migration, schema_name, table_name) DO UPDATE SET key_columns = excluded.key_columns""")) {
            statement.setString(1, migration.name());
            statement.setString(2, table.schema());
            statement.setString(3, table.name());
            Array columns = connection.createArrayOf("text", spread.columns().toArray());
            statement.setArray(4, columns);
            statement.executeUpdate();
            columns.free();
        }
    }
}
