package io.replicator.cli.demo;

import io.replicator.postgres.Identifiers;
import io.replicator.postgres.QualifiedName;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table (a partitioned one stands for its partitions) or materialized view.
 *
 * @param only whether rows of inheritance children are to be left out
 * @param definition a materialized view's query, null for tables
 * @param key the primary key's columns; empty when there is none
 */
record ComparedRelation(
        QualifiedName name, boolean only, @Nullable String definition, List<Column> columns, List<String> key) {

    /** @param send the function that gives the value's bytes, for types of which the text depends on the server's major */
    record Column(String name, @Nullable String send) {
        private String text(boolean exactFloats) {
            String quoted = Identifiers.quote(name);
            return send == null || !exactFloats
                    ? quoted + "::text"
                    : "pg_catalog.encode(" + send + "(" + quoted + "), 'hex')";
        }
    }

    List<String> columnNames() {
        return columns.stream().map(Column::name).toList();
    }

    String stored() {
        return (only ? "ONLY " : "") + name.quoted();
    }

    /** What a materialized view's query gives now. */
    String defined() {
        return "(" + definition + ") AS defined";
    }

    /**
     * A query for the text of all keys and rows, in the order of the keys' bytes; where there is no key the row is the
     * key.
     *
     * @param exactFloats compares floating-point values by their bytes, as servers before 12 print them otherwise
     */
    String query(String from, List<String> wantedColumns, boolean exactFloats) {
        Map<String, String> texts =
                columns.stream().collect(Collectors.toMap(Column::name, column -> column.text(exactFloats)));
        String row = row(wantedColumns, texts);
        String keyColumn = key.isEmpty() ? row : row(key, texts);
        return "SELECT " + keyColumn + " COLLATE \"C\" AS key, " + (key.isEmpty() ? "NULL" : row) + " AS row FROM "
                + from + " ORDER BY 1";
    }

    private static String row(List<String> names, Map<String, String> texts) {
        return names.stream().map(texts::get).collect(Collectors.joining(", ", "ROW(", ")::text"));
    }
}
