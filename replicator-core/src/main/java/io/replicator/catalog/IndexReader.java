package io.replicator.catalog;

import io.replicator.postgres.ServerVersion;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the unique and exclusion indexes of tables. */
final class IndexReader {
    private static final String INDEXES = """
            SELECT i.indrelid, c.relname, key.names, i.indisprimary, i.indisunique, i.indisexclusion, i.indimmediate,
                   i.indisvalid, i.indpred IS NULL AND i.indexprs IS NULL AND key.not_null, i.indisreplident
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            CROSS JOIN LATERAL (
                SELECT array_agg(a.attname::text ORDER BY k.position) AS names, bool_and(a.attnotnull) AS not_null
                FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, position)
                JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
                WHERE k.position <= i.indnkeyatts AND k.number > 0) key
            WHERE i.indrelid = ANY (?) AND i.indislive AND (i.indisunique OR i.indisexclusion)
            ORDER BY i.indrelid, c.relname""";

    /** PostgreSQL 18 sets attnotnull also where a NOT NULL constraint has not been validated. */
    private static final String VALIDATED_ONLY = """
            a.attnotnull AND NOT EXISTS (
                SELECT FROM pg_constraint n
                WHERE n.conrelid = a.attrelid AND n.contype = 'n' AND n.conkey = ARRAY[a.attnum] AND NOT n.convalidated)""";

    private IndexReader() {}

    static Map<Long, List<Index>> read(Connection connection, ServerVersion version, Long[] tables)
            throws SQLException {
        Map<Long, List<Index>> indexes = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(query(version))) {
            statement.setArray(1, connection.createArrayOf("oid", tables));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    indexes.computeIfAbsent(row.getLong(1), _ -> new ArrayList<>())
                            .add(new Index(
                                    row.getString(2),
                                    names(row.getArray(3)),
                                    row.getBoolean(4),
                                    row.getBoolean(5),
                                    row.getBoolean(6),
                                    row.getBoolean(7),
                                    row.getBoolean(8),
                                    row.getBoolean(9),
                                    row.getBoolean(10)));
                }
            }
        }
        return indexes;
    }

    private static String query(ServerVersion version) {
        if (!version.atLeast(11)) {
            return INDEXES.replace("i.indnkeyatts", "i.indnatts");
        }
        return version.atLeast(18) ? INDEXES.replace("a.attnotnull", VALIDATED_ONLY) : INDEXES;
    }

    private static List<String> names(@Nullable Array array) throws SQLException {
        return array == null ? List.of() : List.of((String[]) array.getArray());
    }
}
