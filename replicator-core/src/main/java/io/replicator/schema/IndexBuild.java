package io.replicator.schema;

import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Builds indexes beside the copy, those of a table as soon as its last row is in, and analyzes the table then. Thread-safe
 * but for {@link #finish} and {@link #close}, which belong to the thread that opened it.
 */
public final class IndexBuild implements AutoCloseable {
    private final PostData postData;
    private final List<SchemaEntry> waiting;
    private final Set<String> complete = new HashSet<>();

    IndexBuild(Database target, SchemaEntryStore store, PostDataSettings settings, List<SchemaEntry> entries) {
        this.postData = new PostData(target, store, settings);
        this.waiting = new ArrayList<>(entries);
    }

    /**
     * Has the indexes built of tables that hold all their rows. Tables may be named again.
     *
     * @param joined as in {@link SchemaLoader#indexes}
     */
    public synchronized void copied(Collection<QualifiedName> tables, Collection<Table> joined) {
        boolean more = false;
        for (QualifiedName table : tables) {
            more |= complete.add(table.toString());
        }
        if (more) {
            Map<String, Table> byName = byName(joined);
            take(entry ->
                    !entry.tables().isEmpty() && complete.containsAll(entry.tables()) && !mustWait(entry, byName));
        }
    }

    /**
     * Builds what is left and waits for the end.
     *
     * @return how many have to wait for a later call
     */
    int finish(Collection<Table> joined) {
        Map<String, Table> byName = byName(joined);
        take(entry -> !mustWait(entry, byName));
        postData.finish();
        return waiting.size();
    }

    private synchronized void take(Predicate<SchemaEntry> ready) {
        List<SchemaEntry> now = waiting.stream().filter(ready).toList();
        waiting.removeAll(now);
        postData.add(now);
    }

    private static Map<String, Table> byName(Collection<Table> tables) {
        Map<String, Table> byName = new HashMap<>();
        tables.forEach(table -> byName.put(table.name().toString(), table));
        return byName;
    }

    private static boolean mustWait(SchemaEntry entry, Map<String, Table> joined) {
        if (!entry.demandsDistinctRows()) {
            return false;
        }
        for (String name : entry.tables()) {
            Table table = joined.get(name);
            if (table != null) {
                Key key = table.key();
                boolean isKey = key != null
                        && !key.primary()
                        && (entry.name().endsWith("." + key.index())
                                || entry.name().endsWith(" " + key.index()));
                return !isKey;
            }
        }
        return false;
    }

    @Override
    public void close() {
        postData.close();
    }
}
