package io.replicator.apply;

import io.replicator.postgres.Identifiers;
import io.replicator.postgres.QualifiedName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads single tables of the target when their first change arrives. */
final class TargetTableReader {
    private static final String COLUMNS = """
            SELECT a.attname, n.nspname, t.typname, to_jsonb(a) ->> 'attgenerated' IN ('s', 'v'), a.atttypid,
                   coalesce((SELECT (to_jsonb(c) ->> 'collisdeterministic')::bool FROM pg_collation c
                             WHERE c.oid = a.attcollation), true)
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            JOIN pg_namespace n ON n.oid = t.typnamespace
            WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum""";

    private static final String KEYS = """
            SELECT i.indisunique AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
                       AND NOT EXISTS (SELECT FROM pg_attribute a
                                       WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND NOT a.attnotnull),
                   ARRAY(SELECT a.attname::text
                         FROM generate_series(0, coalesce((to_jsonb(i) ->> 'indnkeyatts')::int, i.indnatts) - 1) k
                         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k] ORDER BY k)
            FROM pg_index i
            WHERE i.indrelid = ? AND (i.indisunique OR i.indisexclusion) AND i.indisvalid
            ORDER BY i.indisprimary DESC, i.indexrelid""";

    private TargetTableReader() {}

    /** Reads a table; null when it does not exist. */
    static @Nullable TargetTable read(Connection target, QualifiedName name) throws SQLException {
        long oid = oid(target, name);
        if (oid == 0) {
            return null;
        }
        List<TargetColumn> columns = new ArrayList<>();
        try (PreparedStatement statement = target.prepareStatement(COLUMNS)) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String type = Identifiers.quote(row.getString(2)) + '.' + Identifiers.quote(row.getString(3));
                    columns.add(new TargetColumn(
                            row.getString(1), type, (int) row.getLong(5), row.getBoolean(4), row.getBoolean(6)));
                }
            }
        }
        List<String> key = List.of();
        int constraints = 0;
        try (PreparedStatement statement = target.prepareStatement(KEYS)) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    constraints++;
                    if (key.isEmpty() && row.getBoolean(1)) {
                        key = strings(row.getArray(2));
                    }
                }
            }
        }
        return TargetTable.of(name, isPartitioned(target, oid), columns, key, constraints > (key.isEmpty() ? 0 : 1));
    }

    private static long oid(Connection target, QualifiedName name) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("""
                SELECT c.oid::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')""")) {
            statement.setString(1, name.schema());
            statement.setString(2, name.name());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    private static boolean isPartitioned(Connection target, long oid) throws SQLException {
        try (PreparedStatement statement =
                target.prepareStatement("SELECT relkind = 'p' FROM pg_class WHERE oid = ?::oid")) {
            statement.setLong(1, oid);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private static List<String> strings(Array array) throws SQLException {
        List<String> strings = List.of((String[]) array.getArray());
        array.free();
        return strings;
    }
}
