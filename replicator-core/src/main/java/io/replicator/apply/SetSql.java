package io.replicator.apply;

import io.replicator.postgres.Identifiers;
import java.util.Arrays;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.IntPredicate;

/**
 * SQL that applies many rows of one table at once, from a staging table or from an array.
 *
 * <p>Every text value is cast to the target's type without a modifier, so that nothing is truncated silently; the
 * assignment checks the length.
 */
final class SetSql {
    /** Types whose equal values are the same bytes, so that a key found as equal needs no new spelling. */
    private static final Set<String> SPELLED_ONE_WAY = Set.of(
            "\"pg_catalog\".\"int2\"",
            "\"pg_catalog\".\"int4\"",
            "\"pg_catalog\".\"int8\"",
            "\"pg_catalog\".\"uuid\"",
            "\"pg_catalog\".\"oid\"",
            "\"pg_catalog\".\"bool\"",
            "\"pg_catalog\".\"bytea\"",
            "\"pg_catalog\".\"date\"");

    private final TableMapping mapping;
    private final String rows;
    private final IntPredicate text;

    /** @param rows what stands behind FROM, with columns {@code u.c<n>} */
    private SetSql(TableMapping mapping, String rows, IntPredicate text) {
        this.mapping = mapping;
        this.rows = rows;
        this.text = text;
    }

    /** @param source a table, or an expression that gives rows with columns as {@link #columns} says */
    static SetSql over(TableMapping mapping, RowSet set, String source) {
        return new SetSql(mapping, source + " AS u", set::isText);
    }

    /** The columns of the rows, as a table or a type declares them. */
    static String columns(TableMapping mapping, RowSet set) {
        StringJoiner columns = new StringJoiner(", ");
        for (int column : set.columns()) {
            columns.add("c" + column + " " + (set.isText(column) ? "pg_catalog.text" : mapping.type(column)));
        }
        return columns.toString();
    }

    /** For rows whose values are all in the target's binary form. */
    static String copyInto(TableMapping mapping, int[] columns) {
        return "COPY " + mapping.table().name().quoted() + " (" + names(mapping, columns)
                + ") FROM STDIN (FORMAT binary)";
    }

    String insert() {
        StringJoiner values = new StringJoiner(", ");
        for (int column : mapping.written()) {
            values.add(value(column));
        }
        return "INSERT INTO " + mapping.table().name().quoted() + " (" + names(mapping, mapping.written())
                + ") OVERRIDING SYSTEM VALUE SELECT " + values + " FROM " + rows;
    }

    String upsert() {
        return insert() + onConflict(mapping);
    }

    /** What an insert does when the key is there already: the row becomes the new one. */
    static String onConflict(TableMapping mapping) {
        StringJoiner assignments = new StringJoiner(", ");
        for (int column : mapping.written()) {
            if (!mapping.isKey(column) || !SPELLED_ONE_WAY.contains(mapping.type(column))) {
                String name = Identifiers.quote(mapping.columnName(column));
                assignments.add(name + " = excluded." + name);
            }
        }
        String conflict = " ON CONFLICT (" + names(mapping, mapping.key()) + ") DO UPDATE SET ";
        String key = Identifiers.quote(mapping.columnName(mapping.key()[0]));
        return conflict + (assignments.length() == 0 ? key + " = excluded." + key : assignments.toString());
    }

    String update(int[] set) {
        StringJoiner assignments = new StringJoiner(", ");
        for (int column : set) {
            assignments.add(Identifiers.quote(mapping.columnName(column)) + " = " + value(column));
        }
        return "UPDATE " + mapping.table().rows() + " AS t SET " + assignments + " FROM " + rows + " WHERE "
                + keyCondition();
    }

    String delete() {
        return "DELETE FROM " + mapping.table().rows() + " AS t USING " + rows + " WHERE " + keyCondition();
    }

    /** The numbers of the rows, from 1, whose key is not in the table; the source must give an ordinality. */
    String absent() {
        return "SELECT u.ordinality FROM " + rows + " WHERE NOT EXISTS (SELECT FROM "
                + mapping.table().rows() + " AS t WHERE " + keyCondition() + ") ORDER BY u.ordinality";
    }

    static String names(TableMapping mapping, int[] columns) {
        StringJoiner names = new StringJoiner(", ");
        for (int column : columns) {
            names.add(Identifiers.quote(mapping.columnName(column)));
        }
        return names.toString();
    }

    /** The key's columns and then the others. */
    static int[] keyAnd(TableMapping mapping, int[] others) {
        int[] columns = Arrays.copyOf(mapping.key(), mapping.key().length + others.length);
        System.arraycopy(others, 0, columns, mapping.key().length, others.length);
        return columns;
    }

    private String keyCondition() {
        StringJoiner condition = new StringJoiner(" AND ");
        for (int column : mapping.key()) {
            condition.add("t." + Identifiers.quote(mapping.columnName(column)) + " = " + value(column));
        }
        return condition.toString();
    }

    private String value(int column) {
        return text.test(column) ? "u.c" + column + "::" + mapping.type(column) : "u.c" + column;
    }
}
