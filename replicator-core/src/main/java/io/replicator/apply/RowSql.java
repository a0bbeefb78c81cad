package io.replicator.apply;

import io.replicator.postgres.Identifiers;
import java.util.StringJoiner;

/** SQL that applies one row of one table; values are text parameters cast to the target's types. */
final class RowSql {
    private RowSql() {}

    /** Parameters: the written columns. */
    static String insert(TableMapping mapping) {
        String table = mapping.table().name().quoted();
        if (mapping.written().length == 0) {
            return "INSERT INTO " + table + " DEFAULT VALUES";
        }
        StringJoiner values = new StringJoiner(", ");
        for (int column : mapping.written()) {
            values.add(parameter(mapping, column));
        }
        return "INSERT INTO " + table + " (" + SetSql.names(mapping, mapping.written())
                + ") OVERRIDING SYSTEM VALUE VALUES (" + values + ")";
    }

    /** Parameters: the columns of {@code set}, then the identifying columns. */
    static String update(TableMapping mapping, int[] set) {
        StringJoiner assignments = new StringJoiner(", ");
        for (int column : set) {
            assignments.add(Identifiers.quote(mapping.columnName(column)) + " = " + parameter(mapping, column));
        }
        return "UPDATE " + mapping.table().name().quoted() + " AS t SET " + assignments + " WHERE " + row(mapping);
    }

    /** Parameters: the identifying columns. */
    static String delete(TableMapping mapping) {
        return "DELETE FROM " + mapping.table().name().quoted() + " AS t WHERE " + row(mapping);
    }

    /** The columns that identify a row: the key, or every written column where there is none. */
    static int[] identifying(TableMapping mapping) {
        return mapping.hasKey() ? mapping.key() : mapping.written();
    }

    /**
     * Without a key one row of those that look the same is taken. The comparison is one of text, because some types
     * (json, point) have no equality.
     */
    private static String row(TableMapping mapping) {
        StringJoiner condition = new StringJoiner(" AND ");
        for (int column : identifying(mapping)) {
            String name = Identifiers.quote(mapping.columnName(column));
            condition.add(
                    mapping.hasKey()
                            ? "t." + name + " = " + parameter(mapping, column)
                            : "o." + name + "::text IS NOT DISTINCT FROM " + parameter(mapping, column) + "::text");
        }
        return mapping.hasKey()
                ? condition.toString()
                : "t.ctid = (SELECT o.ctid FROM " + mapping.table().name().quoted() + " AS o WHERE " + condition
                        + " LIMIT 1)";
    }

    private static String parameter(TableMapping mapping, int column) {
        return "?::text::" + mapping.type(column);
    }
}
