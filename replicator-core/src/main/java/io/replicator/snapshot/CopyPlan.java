package io.replicator.snapshot;

import io.replicator.catalog.Table;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.KeyRange;
import io.replicator.progress.Migration;
import io.replicator.progress.RangeProgressStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Decides what is copied in one go: what is left of a table that was cut before, new ranges of a large one, or a table. */
record CopyPlan(Database source, Database target, long splitBytes) {
    List<CopyUnit> units(Migration migration, List<Table> tables, Position start) {
        List<Table> largestFirst = tables.stream()
                .sorted(Comparator.comparingLong(Table::bytes).reversed())
                .toList();
        List<CopyUnit> units = new ArrayList<>();
        try (Connection reading = source.open("copy plan");
                Connection writing = target.open("copy plan")) {
            Set<QualifiedName> cut = RangeProgressStore.cutTables(writing, migration);
            for (Table table : largestFirst) {
                List<KeyRange> ranges = cut.contains(table.name())
                        ? left(writing, migration, table, start)
                        : ranges(reading, writing, migration, table);
                for (KeyRange range : ranges) {
                    units.add(new CopyUnit(table, range));
                }
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.COPY_FAILED, "planning the bulk load", e);
        }
        return units;
    }

    /** What an earlier daemon left of a table; a table of which nothing is left only misses its mark. */
    private static List<KeyRange> left(Connection writing, Migration migration, Table table, Position start)
            throws SQLException {
        List<KeyRange> pending = RangeProgressStore.pending(writing, migration, table.name());
        if (pending.isEmpty()) {
            RangeProgressStore.finishTable(writing, migration, table.name(), start);
        }
        return pending;
    }

    private List<KeyRange> ranges(Connection reading, Connection writing, Migration migration, Table table)
            throws SQLException {
        if (table.bytes() <= splitBytes || table.key() == null) {
            return List.of(KeyRange.WHOLE);
        }
        List<KeyRange> cut = KeyRangeCutter.cut(reading, table, splitBytes);
        if (cut.size() > 1) {
            writing.setAutoCommit(false);
            RangeProgressStore.list(writing, migration, table.name(), cut);
            writing.commit();
            writing.setAutoCommit(true);
        }
        return cut;
    }
}
