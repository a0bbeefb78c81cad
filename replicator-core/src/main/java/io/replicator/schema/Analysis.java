package io.replicator.schema;

import io.replicator.catalog.Table;
import io.replicator.postgres.QualifiedName;
import java.util.List;
import java.util.Objects;

/** The planner's statistics, without which large batches of changes take bad plans. */
final class Analysis {
    private static final String TYPE = "ANALYZE";

    private Analysis() {}

    /** Adds an entry for every table and partitioned table, which comes when all indexes of it are there. */
    static void add(List<SchemaEntry> entries, List<Table> tables) {
        for (Table table : tables) {
            add(entries, table.name());
        }
        tables.stream().map(Table::root).filter(Objects::nonNull).distinct().forEach(root -> add(entries, root));
    }

    private static void add(List<SchemaEntry> entries, QualifiedName table) {
        entries.add(new SchemaEntry(
                entries.size(),
                Stage.INDEXES,
                TYPE,
                table.toString(),
                "ANALYZE " + table.quoted(),
                List.of(table.toString()),
                -1));
    }
}
