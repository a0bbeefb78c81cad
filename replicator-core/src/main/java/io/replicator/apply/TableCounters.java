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

    private final Map<QualifiedName, long[]> counts = new LinkedHashMap<>();

    void add(TableChanges changes) {
        long[] count = counts.computeIfAbsent(changes.mapping().relation().name(), _ -> new long[3]);
        count[0] += changes.inserted();
        count[1] += changes.updated();
        count[2] += changes.deleted();
    }

    void write(Connection target, Statements statements, Migration migration, int lane) throws SQLException {
        if (counts.isEmpty()) {
            return;
        }
        int size = counts.size();
        String[] schemas = new String[size];
        String[] names = new String[size];
        Long[][] values = new Long[3][size];
        int i = 0;
        for (Map.Entry<QualifiedName, long[]> entry : counts.entrySet()) {
            schemas[i] = entry.getKey().schema();
            names[i] = entry.getKey().name();
            for (int kind = 0; kind < 3; kind++) {
                values[kind][i] = entry.getValue()[kind];
            }
            i++;
        }
        PreparedStatement statement = statements.prepare(ADD);
        statement.setString(1, migration.name());
        statement.setInt(2, lane);
        statement.setArray(3, target.createArrayOf("text", schemas));
        statement.setArray(4, target.createArrayOf("text", names));
        for (int kind = 0; kind < 3; kind++) {
            statement.setArray(5 + kind, target.createArrayOf("int8", values[kind]));
        }
        statement.executeUpdate();
        counts.clear();
    }
}
