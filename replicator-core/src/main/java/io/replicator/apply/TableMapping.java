package io.replicator.apply;

import io.replicator.change.Relation;
import io.replicator.change.RelationColumn;
import io.replicator.change.ReplicaIdentity;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.util.Arrays;
import java.util.List;

/**
 * How one version of a source table maps to the target: which of its columns are written, and which identify a row.
 * Columns are indexes into the relation's columns, mapped by name. Immutable; the arrays it gives out are its own and not
 * to be written to.
 */
final class TableMapping {
    private final Relation relation;
    private final TargetTable table;
    private final int[] written;
    private final String[] types;
    private final int[] key;

    private TableMapping(Relation relation, TargetTable table, int[] written, String[] types, int[] key) {
        this.relation = relation;
        this.table = table;
        this.written = written;
        this.types = types;
        this.key = key;
    }

    static TableMapping of(Relation relation, TargetTable table) {
        List<RelationColumn> columns = relation.columns();
        int[] written = new int[columns.size()];
        String[] types = new String[columns.size()];
        int count = 0;
        for (int i = 0; i < columns.size(); i++) {
            TargetColumn column = table.column(columns.get(i).name());
            if (column == null) {
                throw new ReplicatorException(
                        ErrorCode.SCHEMA_FAILED,
                        "column " + columns.get(i).name() + " of table " + relation
                                + " is missing on the target: ALTER TABLE "
                                + table.name().quoted() + " ADD COLUMN …");
            }
            types[i] = column.generated() ? "" : column.castType();
            if (!column.generated()) {
                written[count++] = i;
            }
        }
        return new TableMapping(relation, table, Arrays.copyOf(written, count), types, key(relation, table));
    }

    private static int[] key(Relation relation, TargetTable table) {
        List<RelationColumn> columns = relation.columns();
        if (relation.identity() == ReplicaIdentity.FULL) {
            List<String> names = columns.stream().map(RelationColumn::name).toList();
            return table.key().stream().mapToInt(names::indexOf).toArray();
        }
        int[] key = new int[columns.size()];
        int count = 0;
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).partOfIdentity()) {
                key[count++] = i;
            }
        }
        return Arrays.copyOf(key, count);
    }

    Relation relation() {
        return relation;
    }

    TargetTable table() {
        return table;
    }

    /** The columns that exist and are not generated on the target. */
    int[] written() {
        return written;
    }

    /** The target's cast type of a written column. */
    String type(int column) {
        return types[column];
    }

    /** The columns that identify a row; empty when a row is only known by its whole content. */
    int[] key() {
        return key;
    }

    boolean hasKey() {
        return key.length > 0;
    }

    boolean isKey(int column) {
        for (int k : key) {
            if (k == column) {
                return true;
            }
        }
        return false;
    }

    String columnName(int column) {
        return relation.columns().get(column).name();
    }
}
