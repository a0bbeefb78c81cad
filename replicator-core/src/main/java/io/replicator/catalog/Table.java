package io.replicator.catalog;

import io.replicator.change.ReplicaIdentity;
import io.replicator.postgres.QualifiedName;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * A table that holds rows: an ordinary table or a leaf of a partitioned one.
 *
 * @param root the topmost partitioned table this leaf belongs to; null for an ordinary table
 * @param columns in attribute order
 * @param key what identifies a row; null when nothing does
 * @param identityUsable whether UPDATE and DELETE may be published: a usable primary key under DEFAULT, a valid index
 *     under INDEX, or FULL
 * @param extraUnique whether there are further unique or exclusion constraints beside {@code key}
 * @param filenode changes when the table is rewritten
 * @param bytes the main fork's and TOAST table's size
 * @param estimatedRows the planner's estimate; -1 when never analyzed
 */
public record Table(
        int oid,
        QualifiedName name,
        @Nullable QualifiedName root,
        List<Column> columns,
        @Nullable Key key,
        ReplicaIdentity identity,
        boolean identityUsable,
        boolean extraUnique,
        boolean unlogged,
        long filenode,
        long bytes,
        long estimatedRows) {
    public Table {
        columns = List.copyOf(columns);
    }

    /** The column of this name, which must exist. */
    public Column column(String column) {
        for (Column candidate : columns) {
            if (candidate.name().equals(column)) {
                return candidate;
            }
        }
        throw new IllegalStateException("table " + name + " has no column " + column);
    }

    /** The columns that are written: all but generated ones. */
    public List<Column> writableColumns() {
        return columns.stream().filter(column -> !column.generated()).toList();
    }

    /** As text: another one when a column was added, dropped or given another type, or a partition was detached. */
    public String structure() {
        StringJoiner structure = new StringJoiner(", ", "", root == null ? "" : " of " + root);
        for (Column column : columns) {
            structure.add(column.number() + " " + column.name() + " " + column.type()
                    + (column.generated() ? " generated" : ""));
        }
        return structure.toString();
    }

    @Override
    public String toString() {
        return name.toString();
    }
}
