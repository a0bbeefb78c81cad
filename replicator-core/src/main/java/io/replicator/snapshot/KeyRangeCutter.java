package io.replicator.snapshot;

import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.postgres.Identifiers;
import io.replicator.progress.CopyRange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Cuts a large table into key ranges of about equal size. The bounds come from a sample of the table's pages, sorted by
 * the key; a bad sample makes uneven ranges, never wrong ones.
 */
final class KeyRangeCutter {
    private static final int MAX_RANGES = 2_000;
    private static final int SAMPLED_ROWS_PER_RANGE = 50;
    /** Rows of one page mostly have neighbouring keys, so that a page is worth little more than one row. */
    private static final int SAMPLED_PAGES_PER_RANGE = 16;

    private static final long BYTES_PER_PAGE = 8192;
    private static final long BYTES_PER_ROW = 100;

    private KeyRangeCutter() {}

    static List<CopyRange> cut(Connection source, Table table, long ranges) throws SQLException {
        Key key = table.key();
        int wanted = (int) Math.min(MAX_RANGES, ranges);
        List<String> columns = key == null ? List.of() : ordered(table, key);
        if (columns.isEmpty()) {
            return List.of(CopyRange.WHOLE);
        }
        List<List<String>> bounds = bounds(source, table, columns, wanted);
        List<CopyRange> cut = new ArrayList<>();
        List<String> lower = List.of();
        for (List<String> bound : bounds) {
            cut.add(new CopyRange(cut.size(), false, lower, bound));
            lower = bound;
        }
        cut.add(new CopyRange(cut.size(), false, lower, List.of()));
        return cut;
    }

    /**
     * The key's columns up to the first whose type is none of PostgreSQL's own: the order of an extension's type is that of
     * operators which our search path does not find, so that a condition would go by another order than the index.
     */
    private static List<String> ordered(Table table, Key key) {
        List<String> ordered = new ArrayList<>();
        for (String column : key.columns()) {
            if (table.column(column).type().indexOf('.') >= 0) {
                break;
            }
            ordered.add(column);
        }
        return ordered;
    }

    private static List<List<String>> bounds(Connection source, Table table, List<String> key, int ranges)
            throws SQLException {
        String columns = Identifiers.quoteAll(key);
        StringJoiner texts = new StringJoiner(", ");
        key.forEach(column -> texts.add(Identifiers.quote(column) + "::text"));
        double rows = Math.max(1, table.estimatedRows() > 0 ? table.estimatedRows() : table.bytes() / BYTES_PER_ROW);
        double pages = Math.max(1, table.bytes() / BYTES_PER_PAGE);
        double ofRange = Math.max(SAMPLED_ROWS_PER_RANGE / rows, SAMPLED_PAGES_PER_RANGE / pages);
        double percent = Math.clamp(100.0 * ranges * ofRange, 0.001, 100);
        String sql = "SELECT " + texts + " FROM (SELECT DISTINCT ON (part) * FROM (SELECT " + columns
                + ", ntile(?) OVER (ORDER BY " + columns + ") AS part FROM ONLY "
                + table.name().quoted()
                + " TABLESAMPLE SYSTEM (?)) AS parts ORDER BY part, " + columns
                + ") AS firsts WHERE part > 1 ORDER BY part";
        return sample(source, sql, key.size(), ranges, percent);
    }

    private static List<List<String>> sample(Connection source, String sql, int columns, int ranges, double percent)
            throws SQLException {
        List<List<String>> bounds = new ArrayList<>();
        try (PreparedStatement statement = source.prepareStatement(sql)) {
            statement.setInt(1, ranges);
            statement.setDouble(2, percent);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    List<String> bound = new ArrayList<>();
                    for (int i = 1; i <= columns; i++) {
                        bound.add(row.getString(i));
                    }
                    if (bounds.isEmpty() || !bounds.getLast().equals(bound)) {
                        bounds.add(bound);
                    }
                }
            }
        }
        return bounds;
    }

    /** A range's condition as SQL, with the values as constants: COPY takes no parameters; empty for the whole table. */
    static String condition(Table table, CopyRange range) {
        Key key = table.key();
        if (key == null || range.whole()) {
            return "";
        }
        StringJoiner conditions = new StringJoiner(" AND ");
        int bounded = Math.max(range.lower().size(), range.upper().size());
        String columns = "(" + Identifiers.quoteAll(key.columns().subList(0, bounded)) + ")";
        if (!range.lower().isEmpty()) {
            conditions.add(columns + " >= (" + constants(table, key, range.lower()) + ")");
        }
        if (!range.upper().isEmpty()) {
            conditions.add(columns + " < (" + constants(table, key, range.upper()) + ")");
        }
        return conditions.toString();
    }

    private static String constants(Table table, Key key, List<String> values) {
        List<String> constants = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            String type = table.column(key.columns().get(i)).type();
            constants.add("CAST(" + Identifiers.literal(values.get(i)) + " AS " + type + ")");
        }
        return String.join(", ", constants);
    }
}
