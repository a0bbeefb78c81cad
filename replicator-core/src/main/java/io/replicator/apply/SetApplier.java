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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Applies the net changes of a table by one statement per operation and set of columns. Small groups of text rows travel
 * as arrays, in one round trip; others by COPY, straight into the table or into a staging table.
 */
final class SetApplier {
    /** Below, one statement over arrays takes less time than the three round trips of a staging table. */
    private static final int LEAST_COPIED_ROWS = 64;

    /** Not to be written to. */
    private static final BitSet NONE = new BitSet();

    private final Connection connection;
    private final Statements statements;
    private final CopyEncoder encoder;
    private final StagingTables staging;

    SetApplier(Connection connection, Statements statements, CopyEncoder encoder, StagingTables staging) {
        this.connection = connection;
        this.statements = statements;
        this.encoder = encoder;
        this.staging = staging;
    }

    void apply(TableChanges changes) throws SQLException {
        TableMapping mapping = changes.mapping();
        Map<Operation, List<NetChange>> groups = new EnumMap<>(Operation.class);
        Map<BitSet, List<NetChange>> updates = new LinkedHashMap<>();
        List<NetChange> complete = new ArrayList<>();
        for (NetChange change : changes.net()) {
            if (change.operation() == Operation.UPDATE) {
                BitSet unchanged = unchanged(change.row());
                if (unchanged.isEmpty()) {
                    complete.add(change);
                } else {
                    updates.computeIfAbsent(unchanged, _ -> new ArrayList<>()).add(change);
                }
            } else {
                groups.computeIfAbsent(change.operation(), _ -> new ArrayList<>())
                        .add(change);
            }
        }
        if (!complete.isEmpty()) {
            updates.put(NONE, complete);
        }
        List<NetChange> removes = groups.getOrDefault(Operation.REMOVE, List.of());
        List<NetChange> deletes = groups.getOrDefault(Operation.DELETE, List.of());
        List<NetChange> inserts = groups.getOrDefault(Operation.INSERT, List.of());
        List<NetChange> upserts = groups.getOrDefault(Operation.UPSERT, List.of());
        if (!removes.isEmpty()) {
            execute(mapping, RowSet.of(mapping, removes, mapping.key()), SetSql::delete);
        }
        if (!deletes.isEmpty()) {
            requireAll(mapping, deletes, execute(mapping, RowSet.of(mapping, deletes, mapping.key()), SetSql::delete));
        }
        for (Map.Entry<BitSet, List<NetChange>> group : updates.entrySet()) {
            int[] set = settable(mapping, group.getKey());
            if (set.length > 0) {
                RowSet rows = RowSet.of(mapping, group.getValue(), SetSql.keyAnd(mapping, set));
                requireAll(mapping, group.getValue(), execute(mapping, rows, sql -> sql.update(set)));
            }
        }
        if (!inserts.isEmpty()) {
            requireAll(mapping, inserts, insert(mapping, RowSet.of(mapping, inserts, mapping.written())));
        }
        if (!upserts.isEmpty()) {
            requireAll(
                    mapping, upserts, execute(mapping, RowSet.of(mapping, upserts, mapping.written()), SetSql::upsert));
        }
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
        if (!Tuples.hasUnchangedToast(row)) {
            return NONE;
        }
        BitSet columns = new BitSet();
        for (int i = 0; i < row.columnCount(); i++) {
            if (row.isUnchangedToast(i)) {
                columns.set(i);
            }
        }
        return columns;
    }

    private long insert(TableMapping mapping, RowSet set) throws SQLException {
        return set.allBinary() && set.columns().length > 0
                ? encoder.copy(SetSql.copyInto(mapping, set.columns()), set)
                : execute(mapping, set, SetSql::insert);
    }

    private long execute(TableMapping mapping, RowSet set, Function<SetSql, String> sql) throws SQLException {
        if (set.allText() && set.size() < LEAST_COPIED_ROWS) {
            return executeOverArrays(sql.apply(SetSql.overArrays(mapping, set.columns())), set);
        }
        String table = staging.empty(mapping.table().name(), SetSql.stagingColumns(mapping, set));
        encoder.copy("COPY " + table + " FROM STDIN (FORMAT binary)", set);
        return statements
                .prepare(sql.apply(SetSql.overStaging(mapping, set, table)))
                .executeUpdate();
    }

    private int executeOverArrays(String sql, RowSet set) throws SQLException {
        PreparedStatement statement = statements.prepare(sql);
        int[] columns = set.columns();
        List<Array> arrays = new ArrayList<>(columns.length);
        for (int i = 0; i < columns.length; i++) {
            Array array = connection.createArrayOf("text", column(set.rows(), columns[i]));
            arrays.add(array);
            statement.setArray(i + 1, array);
        }
        int affected = statement.executeUpdate();
        for (Array array : arrays) {
            array.free();
        }
        return affected;
    }

    private static void requireAll(TableMapping mapping, List<NetChange> rows, long affected) {
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
            Tuple row = rows.get(i).carrier();
            values[i] = row.isNull(column) ? null : row.text(column);
        }
        return values;
    }
}
