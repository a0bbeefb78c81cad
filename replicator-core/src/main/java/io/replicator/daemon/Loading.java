package io.replicator.daemon;

import io.replicator.capture.wal.ReplicationSlot;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.progress.TableProgress;
import io.replicator.progress.TableProgressStore;
import io.replicator.progress.TableState;
import io.replicator.schema.Suspensions;
import io.replicator.snapshot.BulkLoad;
import io.replicator.snapshot.CopyCounters;
import io.replicator.snapshot.ExportedSnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The bulk load, indexes and constraints. The first round reads under the slot's snapshot; what a crash left unfinished
 * and what changed meanwhile is read in further rounds, each under the snapshot of a temporary slot, whose consistent
 * point becomes the start of those tables' changes.
 */
final class Loading {
    private static final int MAX_ROUNDS = 20;

    private final Ends ends;
    private final OwnedMigration owned;
    private final CopyCounters counters;

    Loading(Ends ends, OwnedMigration owned, CopyCounters counters) {
        this.ends = ends;
        this.owned = owned;
        this.counters = counters;
    }

    /** @param first the slot's snapshot; null when it was lost with an earlier daemon */
    void run(@Nullable ExportedSnapshot first, Steps steps) throws InterruptedException {
        Set<QualifiedName> pending = pending();
        if (first != null) {
            try (first) {
                load(pending, first);
            }
            pending = pending();
        }
        for (int round = 1; !pending.isEmpty(); round++) {
            if (round > MAX_ROUNDS) {
                throw new ReplicatorException(
                        ErrorCode.TABLE_CHANGED, "tables keep being rewritten while they are copied: " + pending);
            }
            steps.tell("copying " + pending.size() + " tables under a new snapshot");
            loadUnderNewSnapshot(pending, steps);
            pending = pending();
        }
        steps.tell("indexes and constraints");
        TargetSchema.of(ends).postData();
        try (Connection target = ends.target().open("suspend")) {
            Suspensions.suspend(target, ends.config().name(), ends.targetCatalog());
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "suspending triggers on the target", e);
        }
        owned.become(Phase.CATCHING_UP);
    }

    private Set<QualifiedName> pending() {
        Set<QualifiedName> pending = new HashSet<>();
        for (TableProgress table : owned.ask(
                "reading the progress of tables",
                (target, migration) -> TableProgressStore.read(target, migration.name()))) {
            if (table.state() == TableState.PENDING) {
                pending.add(table.name());
            }
        }
        return pending;
    }

    private void load(Set<QualifiedName> wanted, ExportedSnapshot snapshot) throws InterruptedException {
        List<Table> tables = listed(ends.sourceCatalog(), wanted);
        copy(tables, snapshot);
    }

    /** The tables as they were listed: what has another file by now was rewritten before it could be read. */
    private List<Table> listed(Catalog now, Set<QualifiedName> wanted) {
        List<Table> tables = new ArrayList<>();
        for (TableProgress listed : owned.ask(
                "reading the progress of tables",
                (target, migration) -> TableProgressStore.read(target, migration.name()))) {
            Table table = now.table(listed.name());
            if (wanted.contains(listed.name()) && table != null && table.filenode() == listed.filenode()) {
                tables.add(table);
            }
        }
        return tables;
    }

    private void loadUnderNewSnapshot(Set<QualifiedName> wanted, Steps steps) throws InterruptedException {
        Catalog catalog = ends.sourceCatalog();
        List<Table> tables = new ArrayList<>();
        for (QualifiedName name : wanted) {
            Table table = catalog.table(name);
            if (table == null) {
                steps.tell("table " + name + " was dropped on the source and is left out");
                owned.transaction("leaving out table " + name, (target, migration) -> {
                    TableProgressStore.remove(target, migration, name);
                });
            } else {
                tables.add(table);
            }
        }
        owned.transaction("listing tables anew", (target, migration) -> {
            TableProgressStore.relist(target, migration, tables);
        });
        String slot = ends.names().slot() + "_copy_" + owned.migration().ownerEpoch();
        try (Connection replication = ends.source().openReplication("slot")) {
            ReplicationSlot.Created created = SlotCreation.create(ends.source(), replication, slot, true, steps);
            Position position = new Position.Wal(created.consistentPoint());
            try (ExportedSnapshot snapshot = ExportedSnapshot.keep(ends.source(), created.snapshot(), position)) {
                copy(tables, snapshot);
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.COPY_FAILED, "copying under a new snapshot", e);
        }
    }

    private void copy(List<Table> tables, ExportedSnapshot snapshot) throws InterruptedException {
        new BulkLoad(ends.source(), ends.target(), ends.config().copy().jobs(), counters)
                .run(owned.migration(), tables, ends.targetCatalog(), snapshot);
    }
}
