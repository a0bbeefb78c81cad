package io.replicator.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hands out entries, heavy ones first, and never two at a time whose locks on a table conflict. Entries may be added until
 * it is completed. Thread-safe.
 */
final class ParallelStage {
    private static final Comparator<SchemaEntry> HEAVY_FIRST =
            Comparator.comparingLong(SchemaEntry::weight).reversed();

    private final List<SchemaEntry> waiting = new ArrayList<>();
    private final Set<String> locked = new HashSet<>();
    private final Map<String, Integer> shared = new HashMap<>();
    private boolean complete;
    private boolean stopped;

    synchronized void add(Collection<SchemaEntry> entries) {
        waiting.addAll(entries);
        waiting.sort(HEAVY_FIRST);
        notifyAll();
    }

    /** Nothing is added any more. */
    synchronized void complete() {
        complete = true;
        notifyAll();
    }

    /** The next entry to create; null when none will come. Waits while there is none, or all that are left are locked. */
    synchronized @Nullable SchemaEntry next() throws InterruptedException {
        while (!stopped && !(complete && waiting.isEmpty())) {
            for (Iterator<SchemaEntry> entries = waiting.iterator(); entries.hasNext(); ) {
                SchemaEntry entry = entries.next();
                if (entry.tables().stream().allMatch(table -> isFree(table, entry.locksOut()))) {
                    entries.remove();
                    lock(entry);
                    return entry;
                }
            }
            wait();
        }
        return null;
    }

    private boolean isFree(String table, boolean alone) {
        return !locked.contains(table) && !(alone && shared.containsKey(table));
    }

    private void lock(SchemaEntry entry) {
        if (entry.locksOut()) {
            locked.addAll(entry.tables());
        } else {
            entry.tables().forEach(table -> shared.merge(table, 1, Integer::sum));
        }
    }

    synchronized void finished(SchemaEntry entry) {
        if (entry.locksOut()) {
            entry.tables().forEach(locked::remove);
        } else {
            entry.tables()
                    .forEach(table -> shared.computeIfPresent(table, (_, count) -> count == 1 ? null : count - 1));
        }
        notifyAll();
    }

    /** No further entry is handed out. */
    synchronized void stop() {
        stopped = true;
        notifyAll();
    }
}
