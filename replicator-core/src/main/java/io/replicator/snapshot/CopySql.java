package io.replicator.snapshot;

import io.replicator.catalog.Column;
import io.replicator.catalog.Table;
import io.replicator.postgres.Identifiers;
import io.replicator.progress.CopyRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pair of COPY statements that moves one table (PostgreSQL documentation, COPY). */
record CopySql(String read, String write) {
    /** @param frozen whether the rows are written frozen, into a {@link FreshTable} only */
    static CopySql of(Table source, Table target, CopyRange range, boolean frozen) {
        return of(source, target, condition(source, range), frozen);
    }

    /** A range's condition; empty for the whole table. */
    static String condition(Table source, CopyRange range) {
        return range.pages() ? PageRangeCutter.condition(range) : KeyRangeCutter.condition(source, range);
    }

    /** Columns are matched by name; the binary format is used when every column's type is the same and portable. */
    static CopySql of(Table source, Table target, String condition, boolean frozen) {
        List<Column> columns = source.writableColumns();
        Map<String, Column> onTarget = new HashMap<>();
        target.columns().forEach(column -> onTarget.put(column.name(), column));
        boolean binary = !columns.isEmpty();
        for (Column column : columns) {
            Column other = onTarget.get(column.name());
            binary &= other != null
                    && column.portableBinary()
                    && other.portableBinary()
                    && column.type().equals(other.type());
        }
        String names = Identifiers.quoteAll(columns.stream().map(Column::name).toList());
        String format = binary ? "binary" : "text";
        String list = columns.isEmpty() ? "" : " (" + names + ")";
        return new CopySql(
                "COPY (SELECT " + names + " FROM ONLY " + source.name().quoted()
                        + (condition.isEmpty() ? "" : " WHERE " + condition)
                        + ") TO STDOUT (FORMAT " + format
                        + ")",
                "COPY " + target.name().quoted() + list + " FROM STDIN (FORMAT " + format
                        + (frozen ? ", FREEZE)" : ")"));
    }
}
