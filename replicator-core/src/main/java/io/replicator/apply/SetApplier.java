package io.replicator.apply;

import io.replicator.apply.NetChange.Operation;
import io.replicator.change.Tuple;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Applies the net changes of a table by one statement per operation and set of columns. */
final class SetApplier {
    private final Connection connection;
    private final Statements statements;

    SetApplier(Connection connection, Statements statements) {
        this.connection = connection;
        this.statements = statements;
    }

    void apply(TableChanges changes) throws SQLException {
        TableMapping mapping = changes.mapping();
        Map<Operation, List<NetChange>> groups = new EnumMap<>(Operation.class);
        Map<BitSet, List<NetChange>> updates = new LinkedHashMap<>();
        for (NetChange change : changes.net()) {
            if (change.operation() == Operation.UPDATE) {
                updates.computeIfAbsent(unchanged(change.row()), _ -> new ArrayList<>())
                        .add(change);
            } else {
                groups.computeIfAbsent(change.operation(), _ -> new ArrayList<>())
                        .add(change);
            }
        }
        List<NetChange> removes = groups.getOrDefault(Operation.REMOVE, List.of());
        List<NetChange> deletes = groups.getOrDefault(Operation.DELETE, List.of());
        List<NetChange> inserts = groups.getOrDefault(Operation.INSERT, List.of());
        List<NetChange> upserts = groups.getOrDefault(Operation.UPSERT, List.of());
        if (!removes.isEmpty()) {
            execute(SetSql.delete(mapping), mapping.key(), removes);
        }
        if (!deletes.isEmpty()) {
            requireAll(mapping, deletes, execute(SetSql.delete(mapping), mapping.key(), deletes));
        }
        for (Map.Entry<BitSet, List<NetChange>> group : updates.entrySet()) {
            update(mapping, group.getKey(), group.getValue());
        }
        if (!inserts.isEmpty()) {
            requireAll(mapping, inserts, execute(SetSql.insert(mapping), mapping.written(), inserts));
        }
        if (!upserts.isEmpty()) {
            requireAll(mapping, upserts, execute(SetSql.upsert(mapping), mapping.written(), upserts));
        }
    }

    private void update(TableMapping mapping, BitSet unchanged, List<NetChange> rows) throws SQLException {
        int[] set = settable(mapping, unchanged);
        if (set.length == 0) {
            return;
        }
        int[] columns = java.util.Arrays.copyOf(mapping.key(), mapping.key().length + set.length);
        System.arraycopy(set, 0, columns, mapping.key().length, set.length);
        requireAll(mapping, rows, execute(SetSql.update(mapping, set), columns, rows));
    }

    /** The written columns that are neither key nor unchanged. */
    static int[] settable(TableMapping mapping, BitSet unchanged) {
        int[] set = new int[mapping.written().length];
        int count = 0;
        for (int column : mapping.written()) {
            if (!mapping.isKey(column) && !unchanged.get(column)) {
                set[count++] = column;
            }
        }
        return java.util.Arrays.copyOf(set, count);
    }

    static BitSet unchanged(Tuple row) {
        BitSet columns = new BitSet();
        for (int i = 0; i < row.columnCount(); i++) {
            if (row.isUnchangedToast(i)) {
                columns.set(i);
            }
        }
        return columns;
    }

    private int execute(String sql, int[] columns, List<NetChange> rows) throws SQLException {
        PreparedStatement statement = statements.prepare(sql);
        List<Array> arrays = new ArrayList<>(columns.length);
        for (int i = 0; i < columns.length; i++) {
            Array array = connection.createArrayOf("text", column(rows, columns[i]));
            arrays.add(array);
            statement.setArray(i + 1, array);
        }
        int affected = statement.executeUpdate();
        for (Array array : arrays) {
            array.free();
        }
        return affected;
    }

    private static void requireAll(TableMapping mapping, List<NetChange> rows, int affected) {
        if (affected != rows.size()) {
            throw new ReplicatorException(
                    ErrorCode.ROW_MISSING,
                    "table " + mapping.table().name() + ": " + (rows.size() - affected) + " of " + rows.size()
                            + " rows to " + word(rows.getFirst().operation())
                            + " are not on the target; the first key is "
                            + rows.getFirst().key().describe(mapping));
        }
    }

    private static String word(Operation operation) {
        return switch (operation) {
            case INSERT -> "insert";
            case UPDATE -> "update";
            case DELETE -> "delete";
            case NOTHING -> "leave";
            case UPSERT -> "write";
            case REMOVE -> "remove";
        };
    }

    private static @Nullable String[] column(List<NetChange> rows, int column) {
        @Nullable String[] values = new String[rows.size()];
        for (int i = 0; i < values.length; i++) {
            NetChange change = rows.get(i);
            Tuple row = change.hasRow() ? change.row() : change.key().tuple();
            values[i] = row.isNull(column) ? null : row.text(column);
        }
        return values;
    }
}
