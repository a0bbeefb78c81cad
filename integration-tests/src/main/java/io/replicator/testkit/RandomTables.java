package io.replicator.testkit;

import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads which tables random writers can write to. */
final class RandomTables {
    private static final String COLUMNS = """
        SELECT n.nspname, c.relname, a.attname, b.typname, greatest(a.atttypmod - 4, 0) AS length,
            a.attnum = ANY (p.conkey) AS is_key, fn.nspname AS referenced_schema, fc.relname AS referenced_table,
            fa.attname AS referenced_column
        FROM pg_class AS c
            JOIN pg_namespace AS n ON n.oid = c.relnamespace
            JOIN pg_constraint AS p ON p.conrelid = c.oid AND p.contype = 'p'
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            JOIN pg_type AS t ON t.oid = a.atttypid
            JOIN pg_type AS b ON b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
            LEFT JOIN LATERAL (
                SELECT confrelid, confkey[1] AS attnum FROM pg_constraint
                WHERE conrelid = c.oid AND contype = 'f' AND conkey = ARRAY[a.attnum]
                ORDER BY oid LIMIT 1) AS f ON true
            LEFT JOIN pg_class AS fc ON fc.oid = f.confrelid
            LEFT JOIN pg_namespace AS fn ON fn.oid = fc.relnamespace
            LEFT JOIN pg_attribute AS fa ON fa.attrelid = f.confrelid AND fa.attnum = f.attnum
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('information_schema', 'replicator')
            AND n.nspname !~ '^pg_' AND c.relname <> 'writer_ledger'
            AND coalesce(to_jsonb(a) ->> 'attgenerated', '') = ''
        ORDER BY n.nspname, c.relname, a.attnum\
        """;

    private RandomTables() {}

    /** All tables with a primary key but the writers' ledger, by name. */
    static List<RandomTable> read(Connection connection) throws SQLException {
        SortedMap<QualifiedName, List<RandomTable.Column>> columns = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                QualifiedName name = new QualifiedName(rows.getString("nspname"), rows.getString("relname"));
                columns.computeIfAbsent(name, _ -> new ArrayList<>()).add(column(rows));
            }
        }
        List<RandomTable> tables = new ArrayList<>();
        for (Map.Entry<QualifiedName, List<RandomTable.Column>> entry : columns.entrySet()) {
            tables.add(new RandomTable(entry.getKey(), List.copyOf(entry.getValue())));
        }
        return tables;
    }

    private static RandomTable.Column column(ResultSet row) throws SQLException {
        String schema = row.getString("referenced_schema");
        return new RandomTable.Column(
                row.getString("attname"),
                row.getString("typname"),
                row.getInt("length"),
                row.getBoolean("is_key"),
                schema == null ? null : new QualifiedName(schema, row.getString("referenced_table")),
                row.getString("referenced_column"));
    }
}
