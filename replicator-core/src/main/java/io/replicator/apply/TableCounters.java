package io.replicator.apply;

import io.replicator.postgres.QualifiedName;
import io.replicator.progress.Migration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts changes per table and adds them to the target's progress in the transaction that holds the changes. */
final class TableCounters {
    private static final String ADD = """
            UPDATE replicator.table_progress t
            SET inserted = t.inserted + u.i, updated = t.updated + u.u, deleted = t.deleted + u.d
            FROM unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[]) AS u (s, n, i, u, d)
            WHERE t.migration = ? AND t.schema_name = u.s AND t.table_name = u.n""";

    private final Map<QualifiedName, long[]> counts = new LinkedHashMap<>();

    void add(TableChanges changes) {
        long[] count = counts.computeIfAbsent(changes.mapping().relation().name(), _ -> new long[3]);
        count[0] += changes.inserted();
        count[1] += changes.updated();
        count[2] += changes.deleted();
    }

    void write(Connection target, Statements statements, Migration migration) throws SQLException {
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
        statement.setArray(1, target.createArrayOf("text", schemas));
        statement.setArray(2, target.createArrayOf("text", names));
        for (int kind = 0; kind < 3; kind++) {
            statement.setArray(3 + kind, target.createArrayOf("int8", values[kind]));
        }
        statement.setString(6, migration.name());
        statement.executeUpdate();
        counts.clear();
    }
}
