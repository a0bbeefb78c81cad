package io.replicator.daemon;

import io.replicator.capture.trigger.StaleTables;
import io.replicator.postgres.QualifiedName;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.TableProgressStore;
import java.util.Map;

/** Keeps stale tables in the target, with a copy in memory: the target is asked once. */
final class StaleTablesInTarget implements StaleTables {
    private final OwnedMigration owned;
    private final Map<QualifiedName, String> known;

    StaleTablesInTarget(OwnedMigration owned) {
        this.owned = owned;
        this.known = owned.ask(
                "reading stale tables", (target, migration) -> TableProgressStore.stale(target, migration.name()));
    }

    @Override
    public synchronized Map<QualifiedName, String> stale() {
        return Map.copyOf(known);
    }

    @Override
    public synchronized void mark(QualifiedName table, String reason) {
        owned.transaction(
                "marking table " + table + " stale",
                (target, migration) -> TableProgressStore.markStale(target, migration, table, reason));
        known.put(table, reason);
    }

    @Override
    public synchronized void clear(QualifiedName table) {
        owned.transaction(
                "table " + table + " is whole again",
                (target, migration) -> TableProgressStore.markStale(target, migration, table, null));
        known.remove(table);
    }
}
