package io.replicator.catalog;

import io.replicator.postgres.ServerVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the columns of tables. */
final class ColumnReader {
    private static final String COLUMNS = """
            SELECT a.attrelid, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod), a.atttypid, a.attnotnull,
                   a.attgenerated <> '', a.attidentity = 'a'
            FROM pg_attribute a
            WHERE a.attrelid = ANY (?) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attrelid, a.attnum""";

    private ColumnReader() {}

    static Map<Long, List<Column>> read(Connection connection, ServerVersion version, Long[] tables)
            throws SQLException {
        PortableTypes portable = PortableTypes.read(connection, version);
        Map<Long, List<Column>> columns = new HashMap<>();
        String query = version.atLeast(12) ? COLUMNS : COLUMNS.replace("a.attgenerated <> ''", "false");
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setArray(1, connection.createArrayOf("oid", tables));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    long type = row.getLong(5);
                    columns.computeIfAbsent(row.getLong(1), _ -> new ArrayList<>())
                            .add(new Column(
                                    row.getString(2),
                                    row.getInt(3),
                                    row.getString(4),
                                    (int) type,
                                    row.getBoolean(6),
                                    row.getBoolean(7),
                                    row.getBoolean(8),
                                    portable.contains(type)));
                }
            }
        }
        return columns;
    }
}
