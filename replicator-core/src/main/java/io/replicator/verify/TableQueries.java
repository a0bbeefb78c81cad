package io.replicator.verify;

import io.replicator.catalog.Column;
import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.config.VerifyLevel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * The questions about one table: one statement per side, which reads the table once.
 *
 * <p>Compared are the columns that are written; generated ones follow from them.
 *
 * @param structure differences that are known without reading; where there are any, rows are not compared by checksums
 * @param figures what the values of an answer mean. Before them an answer has two columns: whether the table's file is
 *     the one that the snapshot knows, since under an older snapshot a rewritten table has too few rows, and the number
 *     of rows
 */
record TableQueries(Table table, List<String> structure, List<String> figures, String onSource, String onTarget) {
    private static final long FIRST_SEED = 0;
    private static final long SECOND_SEED = 7_046_029_254_386_353_131L;

    /** What the checksums are called, which only count when everything else is equal. */
    static final String CHECKSUM = "checksum";

    static TableQueries of(Table source, Table target, VerifyLevel level, Dialect dialect) {
        List<String> structure = new ArrayList<>();
        List<Twin> twins = twins(source, target, structure);
        ColumnExpressions expressions = new ColumnExpressions(dialect);
        List<String> figures = new ArrayList<>();
        Query onSource = new Query(source);
        Query onTarget = new Query(target);
        if (level.compareTo(VerifyLevel.BOUNDS) >= 0) {
            for (Twin twin : bounded(source, twins)) {
                for (String aggregate : List.of("min", "max")) {
                    figures.add(aggregate + "(" + twin.onSource().name() + ")");
                    onSource.selected.add(expressions.bound(aggregate, twin.onSource(), twin.onTarget()));
                    onTarget.selected.add(expressions.bound(aggregate, twin.onTarget(), twin.onSource()));
                }
            }
        }
        if (level == VerifyLevel.CHECKSUM && structure.isEmpty()) {
            StringJoiner sourceRow = new StringJoiner(", ", "ROW(", ")::text");
            StringJoiner targetRow = new StringJoiner(", ", "ROW(", ")::text");
            for (Twin twin : twins) {
                sourceRow.add(expressions.value(twin.onSource(), twin.onTarget()));
                targetRow.add(expressions.value(twin.onTarget(), twin.onSource()));
            }
            onSource.checksum(expressions.hashable(sourceRow.toString()), dialect);
            onTarget.checksum(expressions.hashable(targetRow.toString()), dialect);
            figures.add(CHECKSUM);
            figures.add(CHECKSUM);
        }
        return new TableQueries(source, structure, figures, onSource.build(), onTarget.build());
    }

    private static List<Twin> twins(Table source, Table target, List<String> structure) {
        Map<String, Column> onTarget = new HashMap<>();
        target.columns().forEach(column -> onTarget.put(column.name(), column));
        List<Twin> twins = new ArrayList<>();
        for (Column column : source.writableColumns()) {
            Column same = onTarget.get(column.name());
            if (same == null) {
                structure.add("column " + column.name() + " is missing on the target");
            } else {
                twins.add(new Twin(column, same));
            }
        }
        return twins;
    }

    /** The key's columns, then those that tell when a row came or changed. */
    private static Set<Twin> bounded(Table source, List<Twin> twins) {
        Set<Twin> bounded = new LinkedHashSet<>();
        Key key = source.key();
        for (Twin twin : twins) {
            if (key != null && key.columns().contains(twin.onSource().name())) {
                bounded.add(twin);
            }
        }
        for (Twin twin : twins) {
            if (ColumnExpressions.isMoment(twin.onSource())) {
                bounded.add(twin);
            }
        }
        return bounded;
    }

    /** A column on both sides. */
    private record Twin(Column onSource, Column onTarget) {}

    /** One side's statement in the making. */
    private static final class Query {
        private final StringJoiner selected = new StringJoiner(", ");
        private String from;

        Query(Table table) {
            selected.add("(SELECT c.relfilenode = pg_catalog.pg_relation_filenode(c.oid)"
                    + " FROM pg_catalog.pg_class c WHERE c.oid = " + Integer.toUnsignedString(table.oid()) + ")");
            selected.add("pg_catalog.count(*)");
            from = "ONLY " + table.name().quoted() + " t";
        }

        /**
         * The row's text is made in a subquery that OFFSET keeps apart, so that it is made once for both sums. Quoted, the
         * zero is a constant of the right type at once, without which the planner takes no parallel workers.
         */
        void checksum(String rowText, Dialect dialect) {
            if (dialect.md5()) {
                from = "(SELECT t.*, pg_catalog.md5(" + rowText + ") AS \"replicator row\" FROM " + from
                        + " OFFSET '0') t";
                selected.add(md5Sum(1)).add(md5Sum(17));
            } else {
                from = "(SELECT t.*, " + rowText + " AS \"replicator row\" FROM " + from + " OFFSET '0') t";
                selected.add(hashSum(FIRST_SEED)).add(hashSum(SECOND_SEED));
            }
        }

        private static String hashSum(long seed) {
            return "pg_catalog.sum(pg_catalog.hashtextextended(t.\"replicator row\", " + seed + "))";
        }

        private static String md5Sum(int from) {
            return "pg_catalog.sum(('x' || pg_catalog.substr(t.\"replicator row\", " + from
                    + ", 16))::bit(64)::bigint)";
        }

        String build() {
            return "SELECT " + selected + " FROM " + from;
        }
    }
}
