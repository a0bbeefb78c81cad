package io.replicator.catalog;

import io.replicator.postgres.QualifiedName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** For which columns a value's binary form on the source is the one of the target's column. Immutable. */
public final class BinaryForms {
    private final Map<QualifiedName, Map<String, String>> portableTypes;

    private BinaryForms(Map<QualifiedName, Map<String, String>> portableTypes) {
        this.portableTypes = Map.copyOf(portableTypes);
    }

    public static BinaryForms of(Catalog target) {
        Map<QualifiedName, Map<String, String>> types = new HashMap<>();
        for (Table table : target.tables()) {
            Map<String, String> columns = new HashMap<>();
            for (Column column : table.columns()) {
                if (column.portableBinary()) {
                    columns.put(column.name(), column.type());
                }
            }
            types.put(table.name(), columns);
        }
        return new BinaryForms(types);
    }

    /** Whether a column of the source has the same portable type on the target. */
    public boolean agree(QualifiedName table, Column source) {
        Map<String, String> columns = portableTypes.get(table);
        return columns != null && source.portableBinary() && source.type().equals(columns.get(source.name()));
    }

    /** Whether all columns of all tables of the source have. */
    public boolean agree(List<Table> source) {
        for (Table table : source) {
            for (Column column : table.columns()) {
                if (!agree(table.name(), column)) {
                    return false;
                }
            }
        }
        return true;
    }
}
