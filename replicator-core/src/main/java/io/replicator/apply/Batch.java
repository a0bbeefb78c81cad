package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.postgres.OidMap;
import java.util.ArrayList;
import java.util.List;

/** Changes gathered by table until they are applied. Not thread-safe. */
final class Batch {
    private static final int MAX_CHANGES = 20_000;

    private final OidMap<TableChanges> byOid = new OidMap<>();
    private final List<TableChanges> tables = new ArrayList<>();
    private int changes;

    /** Adds a change, unless the table's structure changed meanwhile; returns whether it did. */
    boolean add(TableMapping mapping, Change change) {
        int oid = mapping.relation().oid();
        TableChanges table = byOid.get(oid);
        if (table == null) {
            table = new TableChanges(mapping);
            byOid.put(oid, table);
            tables.add(table);
        } else if (table.mapping() != mapping) {
            return false;
        }
        table.add(change);
        changes++;
        return true;
    }

    boolean full() {
        return changes >= MAX_CHANGES;
    }

    int changes() {
        return changes;
    }

    /** In the order of their first changes. */
    List<TableChanges> tables() {
        return tables;
    }
}
