package io.replicator.apply;

import io.replicator.change.Change;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** Changes gathered by table until they are applied. Not thread-safe. */
final class Batch {
    private static final int MAX_CHANGES = 20_000;

    private final Map<Integer, TableChanges> tables = new LinkedHashMap<>();
    private int changes;

    /** Whether a change of this mapping can be added: not when the table's structure changed meanwhile. */
    boolean accepts(TableMapping mapping) {
        TableChanges known = tables.get(mapping.relation().oid());
        return known == null || known.mapping() == mapping;
    }

    void add(TableMapping mapping, Change change) {
        tables.computeIfAbsent(mapping.relation().oid(), _ -> new TableChanges(mapping))
                .add(change);
        changes++;
    }

    boolean full() {
        return changes >= MAX_CHANGES;
    }

    int changes() {
        return changes;
    }

    Collection<TableChanges> tables() {
        return tables.values();
    }

    void clear() {
        tables.clear();
        changes = 0;
    }
}
