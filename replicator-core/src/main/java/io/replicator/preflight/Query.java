package io.replicator.preflight;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Short queries of checks. */
final class Query {
    private Query() {}

    /** Reads the present row. */
    @FunctionalInterface
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    static <T> List<T> rows(Connection connection, String sql, Row<T> reader, Object... parameters)
            throws SQLException {
        List<T> rows = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int index = 0; index < parameters.length; index++) {
                if (parameters[index] instanceof Object[] array) {
                    statement.setArray(index + 1, connection.createArrayOf(type(array), array));
                } else {
                    statement.setObject(index + 1, parameters[index]);
                }
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    rows.add(reader.read(row));
                }
            }
        }
        return rows;
    }

    static String text(Connection connection, String sql, Object... parameters) throws SQLException {
        return rows(connection, sql, row -> row.getString(1), parameters).getFirst();
    }

    static long number(Connection connection, String sql, Object... parameters) throws SQLException {
        return rows(connection, sql, row -> row.getLong(1), parameters).getFirst();
    }

    static boolean truth(Connection connection, String sql, Object... parameters) throws SQLException {
        return rows(connection, sql, row -> row.getBoolean(1), parameters).getFirst();
    }

    private static String type(Object[] array) {
        return array instanceof Long[] ? "oid" : "text";
    }
}
