package io.replicator.apply;

import io.replicator.apply.NetChange.Operation;
import io.replicator.change.Tuple;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Applies the net changes of a table by one statement per operation and set of columns. Small groups travel as an array,
 * together with others in one round trip; large ones by COPY, straight into the table or into a staging table.
 */
final class SetApplier {
    /**
     * A staging table takes three round trips and a table to be emptied at commit; an array is held twice in the server's
     * memory.
     */
    private static final int MOST_ROWS_OF_ARRAY = 1_000;

    private static final long MOST_BYTES_OF_ARRAY = 256 << 10;

    /** Not to be written to. */
    private static final BitSet NONE = new BitSet();

    private final Statements statements;
    private final CopyEncoder encoder;
    private final StagingTables staging;
    private final RowTypes types;
    private final RoundTrip trip;
    private @Nullable SetGroup copied;

    SetApplier(Statements statements, CopyEncoder encoder, StagingTables staging, RowTypes types, RoundTrip trip) {
        this.statements = statements;
        this.encoder = encoder;
        this.staging = staging;
        this.types = types;
        this.trip = trip;
    }

    /** Applies the changes, or adds them to the round trip. */
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
            RowSet rows = RowSet.of(mapping, KeyOrder.of(removes), mapping.key());
            execute(new SetGroup(mapping, rows, SetSql::delete, "remove", false));
        }
        if (!deletes.isEmpty()) {
            RowSet rows = RowSet.of(mapping, KeyOrder.of(deletes), mapping.key());
            execute(new SetGroup(mapping, rows, SetSql::delete, "delete", true));
        }
        for (Map.Entry<BitSet, List<NetChange>> group : updates.entrySet()) {
            int[] set = settable(mapping, group.getKey());
            if (set.length > 0) {
                RowSet rows = RowSet.of(mapping, KeyOrder.of(group.getValue()), SetSql.keyAnd(mapping, set));
                execute(new SetGroup(mapping, rows, sql -> sql.update(set), "update", true));
            }
        }
        if (!inserts.isEmpty()) {
            RowSet rows = RowSet.of(mapping, inserts, mapping.written());
            insert(new SetGroup(mapping, rows, SetSql::insert, "insert", true));
        }
        if (!upserts.isEmpty()) {
            RowSet rows = RowSet.of(mapping, upserts, mapping.written());
            execute(new SetGroup(mapping, rows, SetSql::upsert, "write", true));
        }
    }

    /** The groups among which is the one that failed. */
    List<SetGroup> suspects() {
        SetGroup failed = copied;
        if (failed != null) {
            return List.of(failed);
        }
        return trip.parts().stream()
                .filter(SetGroup.AsArray.class::isInstance)
                .map(part -> ((SetGroup.AsArray) part).group())
                .toList();
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

    /** Forgets what was not sent or failed, before a rollback to a savepoint. */
    void clear() {
        copied = null;
        trip.clear();
    }

    private void insert(SetGroup group) throws SQLException {
        RowSet rows = group.rows();
        if (isSmall(rows)) {
            send(group);
        } else if (rows.allBinary() && rows.columns().length > 0) {
            copyInto(group);
        } else {
            stage(group);
        }
    }

    private void execute(SetGroup group) throws SQLException {
        if (isSmall(group.rows())) {
            send(group);
        } else {
            stage(group);
        }
    }

    private void send(SetGroup group) throws SQLException {
        String columns = group.columns();
        if (types.dropsOthers(columns)) {
            trip.send();
        }
        trip.add(group.asArray(types.of(columns)));
    }

    private void copyInto(SetGroup group) throws SQLException {
        trip.send();
        copied = group;
        RowSet rows = group.rows();
        group.check(encoder.copy(SetSql.copyInto(group.mapping(), rows.columns()), rows));
        copied = null;
    }

    private void stage(SetGroup group) throws SQLException {
        trip.send();
        copied = group;
        String table = staging.empty(group.mapping().table().name(), group.columns());
        encoder.copy("COPY " + table + " FROM STDIN (FORMAT binary)", group.rows());
        group.check(statements.prepare(group.over(table)).executeUpdate());
        copied = null;
    }

    private static boolean isSmall(RowSet rows) {
        return rows.size() <= MOST_ROWS_OF_ARRAY && rows.bytes() <= MOST_BYTES_OF_ARRAY && rows.columns().length > 0;
    }
}
