package io.replicator.schema;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hands out the entries of a stage, heavy ones first, and never two at a time that lock the same table. Thread-safe.
 */
final class ParallelStage {
    private final List<SchemaEntry> waiting;
    private final Set<String> locked = new HashSet<>();
    private boolean stopped;

    ParallelStage(List<SchemaEntry> entries) {
        waiting = new ArrayList<>(entries);
        waiting.sort(Comparator.comparingLong(SchemaEntry::weight).reversed());
    }

    /** The next entry to create; null when there is none left. Waits while all that is left is locked. */
    synchronized @Nullable SchemaEntry next() throws InterruptedException {
        while (!waiting.isEmpty() && !stopped) {
            for (Iterator<SchemaEntry> entries = waiting.iterator(); entries.hasNext(); ) {
                SchemaEntry entry = entries.next();
                if (entry.tables().stream().noneMatch(locked::contains)) {
                    entries.remove();
                    locked.addAll(entry.tables());
                    return entry;
                }
            }
            wait();
        }
        return null;
    }

    synchronized void finished(SchemaEntry entry) {
        entry.tables().forEach(locked::remove);
        notifyAll();
    }

    /** No further entry is handed out. */
    synchronized void stop() {
        stopped = true;
        notifyAll();
    }
}
