package io.replicator.snapshot;

import io.replicator.catalog.Table;
import io.replicator.postgres.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** By which operators the values of a key are equal: a type of an extension brings one that no search path of ours finds. */
final class EqualityOperators {
    private static final String BUILT_IN = "OPERATOR(pg_catalog.=)";

    /** The equality of the default btree operator class of each column's type; that of the base type for a domain. */
    private static final String OPERATORS = """
            WITH RECURSIVE kind AS (
                SELECT a.attname, t.oid, t.typbasetype
                FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
                UNION ALL
                SELECT k.attname, t.oid, t.typbasetype FROM kind k JOIN pg_type t ON t.oid = k.typbasetype)
            SELECT k.attname, n.nspname, o.oprname
            FROM kind k
            JOIN pg_opclass c ON c.opcintype = k.oid AND c.opcdefault
            JOIN pg_am m ON m.oid = c.opcmethod AND m.amname = 'btree'
            JOIN pg_amop s ON s.amopfamily = c.opcfamily AND s.amoplefttype = k.oid AND s.amoprighttype = k.oid
                 AND s.amopstrategy = 3
            JOIN pg_operator o ON o.oid = s.amopopr
            JOIN pg_namespace n ON n.oid = o.oprnamespace""";

    private final Map<String, String> byColumn;

    private EqualityOperators(Map<String, String> byColumn) {
        this.byColumn = byColumn;
    }

    static EqualityOperators read(Connection session, Table table) throws SQLException {
        Map<String, String> byColumn = new HashMap<>();
        try (PreparedStatement statement = session.prepareStatement(OPERATORS)) {
            statement.setLong(1, Integer.toUnsignedLong(table.oid()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    byColumn.put(
                            row.getString(1),
                            "OPERATOR(" + Identifiers.quote(row.getString(2)) + '.' + row.getString(3) + ')');
                }
            }
        }
        return new EqualityOperators(byColumn);
    }

    /** The columns compared with {@code values}, all equal, as SQL. */
    String equal(String table, List<String> columns, List<String> values) {
        StringBuilder condition = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            String column = columns.get(i);
            condition
                    .append(i == 0 ? "" : " AND ")
                    .append(table)
                    .append('.')
                    .append(Identifiers.quote(column))
                    .append(' ')
                    .append(byColumn.getOrDefault(column, BUILT_IN))
                    .append(' ')
                    .append(values.get(i));
        }
        return condition.toString();
    }
}
