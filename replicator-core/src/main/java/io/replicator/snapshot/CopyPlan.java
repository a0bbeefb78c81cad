package io.replicator.snapshot;

import io.replicator.catalog.Table;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.ServerVersion;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.CopyRange;
import io.replicator.progress.Migration;
import io.replicator.progress.RangeProgressStore;
import io.replicator.progress.TableProgressStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Decides what is copied in one go: what is left of a table that was cut before, new ranges of a large one, or a table. */
record CopyPlan(Database source, Database target, long splitBytes, LoadSnapshot snapshot) {
    static final long SMALL_BYTES = 4L << 20;
    private static final long TOGETHER_BYTES = 16L << 20;
    private static final int MOST_TOGETHER = 50;

    /** So that the jobs end at about the same time. */
    private static final int PARTS_PER_JOB = 4;

    /** The units, those of the largest tables first. Tables without a page are copied by this call. */
    List<CopyUnit> units(Migration migration, List<Table> tables) {
        List<Table> largestFirst = tables.stream()
                .sorted(Comparator.comparingLong(Table::bytes).reversed())
                .toList();
        List<CopyUnit> units = new ArrayList<>();
        List<TableProgressStore.Copied> empty = new ArrayList<>();
        try (Connection reading = source.open("copy plan");
                Connection writing = target.open("copy plan")) {
            boolean byPages = snapshot.shared() && ServerVersion.of(reading).atLeast(PageRangeCutter.FIRST_MAJOR);
            Set<QualifiedName> cut = RangeProgressStore.cutTables(writing, migration);
            for (Table table : largestFirst) {
                if (cut.contains(table.name())) {
                    left(writing, migration, table).forEach(range -> units.add(new CopyUnit(table, range)));
                } else if (table.bytes() == 0) {
                    empty.add(new TableProgressStore.Copied(table.name(), 0, 0));
                } else {
                    ranges(reading, writing, migration, table, byPages)
                            .forEach(range -> units.add(new CopyUnit(table, range)));
                }
            }
            TableProgressStore.markCopied(writing, migration, empty, snapshot.position());
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.COPY_FAILED, "planning the bulk load", e);
        }
        return units;
    }

    /**
     * Puts small tables together, so that each does not need transactions of its own.
     *
     * @param jobs all of them get some
     * @return in the order of the units
     */
    static List<List<CopyUnit>> together(List<CopyUnit> units, int jobs) {
        List<List<CopyUnit>> parts = new ArrayList<>();
        List<CopyUnit> small = new ArrayList<>();
        long smallBytes = 0;
        int most = Math.clamp(units.size() / (jobs * PARTS_PER_JOB), 1, MOST_TOGETHER);
        for (CopyUnit unit : units) {
            if (!unit.range().whole() || unit.table().bytes() > SMALL_BYTES) {
                parts.add(List.of(unit));
                continue;
            }
            if (small.size() >= most || smallBytes + unit.table().bytes() > TOGETHER_BYTES) {
                parts.add(small);
                small = new ArrayList<>();
                smallBytes = 0;
            }
            small.add(unit);
            smallBytes += unit.table().bytes();
        }
        if (!small.isEmpty()) {
            parts.add(small);
        }
        return parts;
    }

    /** What an earlier daemon left of a table; a table of which nothing is left only misses its mark. */
    private List<CopyRange> left(Connection writing, Migration migration, Table table) throws SQLException {
        List<CopyRange> pending = RangeProgressStore.pending(writing, migration, table.name());
        if (pending.isEmpty()) {
            RangeProgressStore.finishTable(writing, migration, table.name(), snapshot.position());
        }
        return pending;
    }

    private List<CopyRange> ranges(
            Connection reading, Connection writing, Migration migration, Table table, boolean byPages)
            throws SQLException {
        long closest = (table.bytes() + splitBytes / 2) / splitBytes;
        if (closest < 2) {
            return List.of(CopyRange.WHOLE);
        }
        List<CopyRange> cut =
                byPages ? PageRangeCutter.cut(reading, table, closest) : KeyRangeCutter.cut(reading, table, closest);
        if (cut.size() > 1) {
            writing.setAutoCommit(false);
            RangeProgressStore.list(writing, migration, table.name(), cut);
            writing.commit();
            writing.setAutoCommit(true);
        }
        return cut;
    }
}
