package io.replicator.catalog;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.ServerVersion;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a database holds, as of one snapshot, after the filter of tables.
 *
 * @param partitionRoots topmost partitioned tables that have at least one accepted leaf
 * @param materializedViews ordered by level
 */
public record Catalog(
        ServerVersion version,
        List<Table> tables,
        List<QualifiedName> partitionRoots,
        List<Sequence> sequences,
        List<MaterializedView> materializedViews,
        Map<QualifiedName, Table> byName) {
    public Catalog {
        tables = List.copyOf(tables);
        partitionRoots = List.copyOf(partitionRoots);
        sequences = List.copyOf(sequences);
        materializedViews = List.copyOf(materializedViews);
        byName = Map.copyOf(byName);
    }

    public static Catalog of(
            ServerVersion version,
            List<Table> tables,
            List<QualifiedName> partitionRoots,
            List<Sequence> sequences,
            List<MaterializedView> materializedViews) {
        return new Catalog(
                version,
                tables,
                partitionRoots,
                sequences,
                materializedViews,
                tables.stream().collect(Collectors.toMap(Table::name, Function.identity())));
    }

    public @Nullable Table table(QualifiedName name) {
        return byName.get(name);
    }

    /** @throws ReplicatorException {@code TABLE_MISSING} when this, the target's catalog, does not hold the table */
    public Table require(QualifiedName name) {
        Table table = byName.get(name);
        if (table == null) {
            throw new ReplicatorException(ErrorCode.TABLE_MISSING, "table " + name + " does not exist on the target");
        }
        return table;
    }
}
