package io.replicator.testkit;

import io.replicator.postgres.Identifiers;
import io.replicator.postgres.QualifiedName;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table with a primary key, as random writers see it.
 *
 * @param columns those that can be written, in the table's order
 */
record RandomTable(QualifiedName name, List<Column> columns) {
    /**
     * @param type the base type's name, without length
     * @param length the most characters of a text; 0 when there is no limit
     * @param referencedTable where a value of a foreign key of one column comes from
     */
    record Column(
            String name,
            String type,
            int length,
            boolean key,
            @Nullable QualifiedName referencedTable,
            @Nullable String referencedColumn) {
        String quoted() {
            return Identifiers.quote(name);
        }

        boolean isInteger() {
            return type.equals("int8") || type.equals("int4") || type.equals("int2");
        }

        boolean isText() {
            return type.equals("text") || type.equals("varchar") || type.equals("bpchar");
        }
    }

    List<Column> key() {
        return columns.stream().filter(Column::key).toList();
    }

    List<Column> values() {
        return columns.stream().filter(column -> !column.key()).toList();
    }

    /** A condition for up to so many neighbouring rows from a random one on; binds a number from 0 to 1. */
    String someRows(int rows) {
        return "(" + keyList() + ") IN (SELECT " + keyList() + " FROM " + fromRandomRow(rows) + ")";
    }

    /** The rows themselves, as {@code t}; binds a number from 0 to 1. */
    String fromRandomRow(int rows) {
        return "(SELECT * FROM " + name.quoted() + " OFFSET (? * (SELECT count(*) FROM " + name.quoted()
                + "))::bigint LIMIT " + rows + ") AS t";
    }

    private String keyList() {
        return key().stream().map(Column::quoted).collect(Collectors.joining(", "));
    }
}
