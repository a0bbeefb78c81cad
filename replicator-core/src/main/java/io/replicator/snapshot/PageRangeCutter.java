package io.replicator.snapshot;

import io.replicator.catalog.Table;
import io.replicator.progress.CopyRange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Cuts a large table into ranges of pages, which the server reads one after the other without an index (TID range scans,
 * PostgreSQL 14). Rows move between pages, so all ranges have to be read under one snapshot; then no index, sample or key
 * is needed. Pages added meanwhile fall into the last range.
 */
final class PageRangeCutter {
    /** The first major that reads a range of pages without reading the rest. */
    static final int FIRST_MAJOR = 14;

    private static final int MAX_RANGES = 20_000;

    private PageRangeCutter() {}

    static List<CopyRange> cut(Connection source, Table table, long ranges) throws SQLException {
        long pages = pages(source, table);
        long wanted = Math.min(Math.min(MAX_RANGES, pages), ranges);
        if (wanted < 2) {
            return List.of(CopyRange.WHOLE);
        }
        List<CopyRange> cut = new ArrayList<>();
        List<String> lower = List.of();
        for (long range = 1; range < wanted; range++) {
            List<String> upper = List.of(Long.toString(pages * range / wanted));
            cut.add(new CopyRange(cut.size(), true, lower, upper));
            lower = upper;
        }
        cut.add(new CopyRange(cut.size(), true, lower, List.of()));
        return cut;
    }

    private static long pages(Connection source, Table table) throws SQLException {
        try (PreparedStatement statement =
                source.prepareStatement("SELECT pg_relation_size(?::oid) / current_setting('block_size')::int")) {
            statement.setLong(1, Integer.toUnsignedLong(table.oid()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** A range's condition as SQL; empty for the whole table. */
    static String condition(CopyRange range) {
        StringJoiner conditions = new StringJoiner(" AND ");
        range.lower().forEach(page -> conditions.add("ctid >= '(" + Long.parseLong(page) + ",0)'::tid"));
        range.upper().forEach(page -> conditions.add("ctid < '(" + Long.parseLong(page) + ",0)'::tid"));
        return conditions.toString();
    }
}
