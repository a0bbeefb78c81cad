package io.replicator.apply;

import io.replicator.postgres.QualifiedName;
import io.replicator.progress.Migration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts changes per table and adds them to the lane's counters in the transaction that holds the changes. */
final class TableCounters {
    private static final String ADD = """
            INSERT INTO replicator.lane_counter AS known
                (schema_name, table_name, inserted, updated, deleted, migration, lane)
            SELECT u.s, u.n, u.i, u.u, u.d, ?, ?
            FROM unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[]) AS u (s, n, i, u, d)
            ON CONFLICT (migration, lane, schema_name, table_name) DO UPDATE
            SET inserted = known.inserted + excluded.inserted, updated = known.updated + excluded.updated,
                deleted = known.deleted + excluded.deleted""";

    private static final int KINDS = 3;

    private final Map<QualifiedName, long[]> counts = new LinkedHashMap<>();

    void add(TableChanges changes) {
        long[] count = counts.computeIfAbsent(changes.mapping().relation().name(), _ -> new long[KINDS]);
        count[0] += changes.inserted();
        count[1] += changes.updated();
        count[2] += changes.deleted();
    }

    boolean isEmpty() {
        return counts.isEmpty();
    }

    void clear() {
        counts.clear();
    }

    /** The statement that adds what was counted. */
    RoundTrip.Part addition(Migration migration, int lane) {
        return new RoundTrip.Part() {
            @Override
            public String sql() {
                return ADD;
            }

            @Override
            public int bind(Connection connection, PreparedStatement statement, int first) throws SQLException {
                statement.setString(first, migration.name());
                statement.setInt(first + 1, lane);
                return bindCounts(connection, statement, first + 2);
            }

            @Override
            public void check(long affected) {}
        };
    }

    private int bindCounts(Connection connection, PreparedStatement statement, int first) throws SQLException {
        int size = counts.size();
        String[] schemas = new String[size];
        String[] names = new String[size];
        Long[][] values = new Long[KINDS][size];
        int i = 0;
        for (Map.Entry<QualifiedName, long[]> entry : counts.entrySet()) {
            schemas[i] = entry.getKey().schema();
            names[i] = entry.getKey().name();
            for (int kind = 0; kind < KINDS; kind++) {
                values[kind][i] = entry.getValue()[kind];
            }
            i++;
        }
        statement.setArray(first, connection.createArrayOf("text", schemas));
        statement.setArray(first + 1, connection.createArrayOf("text", names));
        for (int kind = 0; kind < KINDS; kind++) {
            statement.setArray(first + 2 + kind, connection.createArrayOf("int8", values[kind]));
        }
        return first + 2 + KINDS;
    }
}
