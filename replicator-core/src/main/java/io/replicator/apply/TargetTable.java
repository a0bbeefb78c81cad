package io.replicator.apply;

import io.replicator.postgres.QualifiedName;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table of the target, as the applier needs it.
 *
 * @param partitioned whether its rows are in its partitions
 * @param key the primary key's columns, or those of another unique index on NOT NULL columns; empty when there is none
 * @param orderMatters whether it has unique or exclusion constraints beside the key
 */
record TargetTable(
        QualifiedName name,
        boolean partitioned,
        List<TargetColumn> columns,
        Map<String, TargetColumn> byName,
        List<String> key,
        boolean orderMatters) {
    static TargetTable of(
            QualifiedName name,
            boolean partitioned,
            List<TargetColumn> columns,
            List<String> key,
            boolean orderMatters) {
        return new TargetTable(
                name,
                partitioned,
                List.copyOf(columns),
                columns.stream().collect(Collectors.toMap(TargetColumn::name, Function.identity())),
                List.copyOf(key),
                orderMatters);
    }

    /** Its own rows as SQL text, without those of inheritance children. */
    String rows() {
        return (partitioned ? "" : "ONLY ") + name.quoted();
    }

    @Nullable
    TargetColumn column(String column) {
        return byName.get(column);
    }
}
