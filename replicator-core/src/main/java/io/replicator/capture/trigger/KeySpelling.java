package io.replicator.capture.trigger;

import io.replicator.catalog.Column;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which key columns may hold values that are equal and look different, such as numeric 1.0 and 1.00: a row whose key was
 * only spelled anew has to be removed before it is written, because writing it finds the old spelling in its place.
 */
final class KeySpelling {
    private static final int BPCHAR = 1042;
    private static final int NUMERIC = 1700;

    /** Types of which equal values are equal byte for byte: integers, uuid, dates and times, addresses and the like. */
    private static final Set<Integer> EXACT = Set.of(
            16, 17, 18, 19, 20, 21, 23, 25, 26, 650, 774, 790, 829, 869, 1043, 1082, 1083, 1114, 1184, 1266, 1560, 1562,
            2950, 3220);

    /** The column {@code collisdeterministic} came with PostgreSQL 12. */
    private static final String LOOSELY_COLLATED = """
            SELECT a.attrelid, a.attname
            FROM pg_collation c
            JOIN pg_attribute a ON a.attcollation = c.oid
            WHERE to_jsonb(c) ->> 'collisdeterministic' = 'false' AND a.attnum > 0 AND NOT a.attisdropped""";

    private final Map<Integer, Set<String>> looselyCollated = new HashMap<>();

    private KeySpelling() {}

    static KeySpelling read(Connection session) throws SQLException {
        KeySpelling spelling = new KeySpelling();
        try (PreparedStatement statement = session.prepareStatement(LOOSELY_COLLATED);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                spelling.looselyCollated
                        .computeIfAbsent((int) row.getLong(1), _ -> new HashSet<>())
                        .add(row.getString(2));
            }
        }
        return spelling;
    }

    /** Whether equal values of the column may look different. */
    boolean varies(int relation, Column column) {
        if (column.typeOid() == NUMERIC || column.typeOid() == BPCHAR) {
            return column.type().indexOf('(') < 0 || isLooselyCollated(relation, column);
        }
        return !EXACT.contains(column.typeOid()) || isLooselyCollated(relation, column);
    }

    private boolean isLooselyCollated(int relation, Column column) {
        return looselyCollated.getOrDefault(relation, Set.of()).contains(column.name());
    }
}
