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
    private static final int FIRST_OID_NOT_BUILT_IN = 10_000;

    private final Relation relation;
    private final TargetTable table;
    private final int[] written;
    private final String[] types;
    private final boolean[] sameType;
    private final int[] key;

    private TableMapping(
            Relation relation, TargetTable table, int[] written, String[] types, boolean[] sameType, int[] key) {
        this.relation = relation;
        this.table = table;
        this.written = written;
        this.types = types;
        this.sameType = sameType;
        this.key = key;
    }

    static TableMapping of(Relation relation, TargetTable table) {
        List<RelationColumn> columns = relation.columns();
        int[] written = new int[columns.size()];
        String[] types = new String[columns.size()];
        boolean[] sameType = new boolean[columns.size()];
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
            sameType[i] = mayBeSame(columns.get(i).typeOid(), column.typeOid());
            types[i] = column.generated() ? "" : column.castType();
            if (!column.generated()) {
                written[count++] = i;
            }
        }
        return new TableMapping(relation, table, Arrays.copyOf(written, count), types, sameType, key(relation, table));
    }

    /** Built-in types have the same OID everywhere, others one of their own on every server. */
    private static boolean mayBeSame(int source, int target) {
        return source == target || (source >= FIRST_OID_NOT_BUILT_IN && target >= FIRST_OID_NOT_BUILT_IN);
    }

    /**
     * Requires that a value's binary form is the one of the target's type.
     *
     * @throws ReplicatorException {@code STREAM_BROKEN}: opened again, the stream takes another form
     */
    void requireSameType(int column) {
        if (!sameType[column]) {
            throw new ReplicatorException(
                    ErrorCode.STREAM_BROKEN,
                    "column " + columnName(column) + " of table " + relation
                            + " has changed its type and has another one on the target");
        }
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

    /** The OID that a column's type has on the target. */
    int typeOid(int column) {
        TargetColumn known = table.column(columnName(column));
        if (known == null) {
            throw new IllegalArgumentException("column " + columnName(column) + " is not on the target");
        }
        return known.typeOid();
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

    /** The index of a column in the relation. */
    int column(String name) {
        for (int i = 0; i < relation.columns().size(); i++) {
            if (columnName(i).equals(name)) {
                return i;
            }
        }
        throw new IllegalArgumentException("table " + relation + " has no column " + name);
    }

    String columnName(int column) {
        return relation.columns().get(column).name();
    }
}
