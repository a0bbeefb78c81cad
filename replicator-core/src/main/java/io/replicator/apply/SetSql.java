package io.replicator.apply;

import io.replicator.postgres.Identifiers;
import java.util.StringJoiner;

/**
 * SQL that applies many rows of one table at once, from one text array per column.
 *
 * <p>Every value is cast to the target's type without a modifier, so that nothing is truncated silently; the assignment
 * checks the length.
 */
final class SetSql {
    private SetSql() {}

    /** Parameters: one array per written column. */
    static String insert(TableMapping mapping) {
        StringJoiner values = new StringJoiner(", ");
        for (int column : mapping.written()) {
            values.add(cast(mapping, column));
        }
        return "INSERT INTO " + mapping.table().name().quoted() + " (" + names(mapping, mapping.written())
                + ") OVERRIDING SYSTEM VALUE SELECT " + values + unnest(mapping.written().length, mapping.written());
    }

    /** Parameters: one array per written column. */
    static String upsert(TableMapping mapping) {
        return insert(mapping) + onConflict(mapping);
    }

    /** What an insert does when the key is there already: the row becomes the new one. */
    static String onConflict(TableMapping mapping) {
        StringJoiner assignments = new StringJoiner(", ");
        for (int column : mapping.written()) {
            if (!mapping.isKey(column)) {
                String name = Identifiers.quote(mapping.columnName(column));
                assignments.add(name + " = excluded." + name);
            }
        }
        String conflict = " ON CONFLICT (" + names(mapping, mapping.key()) + ") DO UPDATE SET ";
        String key = Identifiers.quote(mapping.columnName(mapping.key()[0]));
        return conflict + (assignments.length() == 0 ? key + " = excluded." + key : assignments.toString());
    }

    /** Parameters: one array per key column, then one per column of {@code set}. */
    static String update(TableMapping mapping, int[] set) {
        StringJoiner assignments = new StringJoiner(", ");
        for (int column : set) {
            assignments.add(Identifiers.quote(mapping.columnName(column)) + " = " + cast(mapping, column));
        }
        int[] columns = java.util.Arrays.copyOf(mapping.key(), mapping.key().length + set.length);
        System.arraycopy(set, 0, columns, mapping.key().length, set.length);
        return "UPDATE " + mapping.table().name().quoted() + " AS t SET " + assignments
                + unnest(columns.length, columns) + " WHERE " + keyCondition(mapping);
    }

    /** Parameters: one array per key column. */
    static String delete(TableMapping mapping) {
        String from = unnest(mapping.key().length, mapping.key());
        return "DELETE FROM " + mapping.table().name().quoted() + " AS t" + from.replaceFirst(" FROM ", " USING ")
                + " WHERE " + keyCondition(mapping);
    }

    static String names(TableMapping mapping, int[] columns) {
        StringJoiner names = new StringJoiner(", ");
        for (int column : columns) {
            names.add(Identifiers.quote(mapping.columnName(column)));
        }
        return names.toString();
    }

    private static String keyCondition(TableMapping mapping) {
        StringJoiner condition = new StringJoiner(" AND ");
        for (int column : mapping.key()) {
            condition.add("t." + Identifiers.quote(mapping.columnName(column)) + " = " + cast(mapping, column));
        }
        return condition.toString();
    }

    private static String cast(TableMapping mapping, int column) {
        return "u.c" + column + "::" + mapping.type(column);
    }

    private static String unnest(int count, int[] columns) {
        StringJoiner arrays = new StringJoiner(", ");
        StringJoiner names = new StringJoiner(", ");
        for (int i = 0; i < count; i++) {
            arrays.add("?::text[]");
            names.add("c" + columns[i]);
        }
        return " FROM unnest(" + arrays + ") AS u (" + names + ")";
    }
}
