package io.replicator.daemon;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.change.Position;
import io.replicator.config.SchemaConfig;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.progress.TableProgress;
import io.replicator.progress.TableProgressStore;
import io.replicator.progress.TableState;
import io.replicator.schema.IndexBuild;
import io.replicator.schema.SchemaLoader;
import io.replicator.snapshot.BulkLoad;
import io.replicator.snapshot.LoadSnapshot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The bulk load and the indexes. The first round reads under the snapshots that capture began with; what a
 * crash left unfinished and what changed meanwhile is read in further rounds, each under newer snapshots, whose position
 * becomes the start of those tables' changes.
 */
final class Loading {
    private static final int MAX_ROUNDS = 20;

    private final Ends ends;
    private final OwnedMigration owned;
    private final Capture capture;
    private final LiveState live;

    Loading(Ends ends, OwnedMigration owned, Capture capture, LiveState live) {
        this.capture = capture;
        this.ends = ends;
        this.owned = owned;
        this.live = live;
    }

    /** @param first the snapshots of the beginning; null when they were lost with an earlier daemon */
    void run(@Nullable LoadSnapshot first, Steps steps) throws InterruptedException {
        Catalog source = ends.sourceCatalog();
        live.indexesToBuild(indexBytes(source));
        SchemaLoader schema = TargetSchema.of(ends);
        boolean joins = capture.joinsSnapshots();
        try (IndexBuild build = schema.startIndexes()) {
            try (CompleteTables _ = CompleteTables.watch(owned, build, source, joins)) {
                rows(first, source, steps);
            }
            largeObjects(steps);
            steps.tell("indexes");
            schema.finishIndexes(build, joins ? CompleteTables.joined(owned, ends.sourceCatalog()) : List.of());
        }
    }

    /** Beside the indexes, which are built on the target alone. */
    private void largeObjects(Steps steps) throws InterruptedException {
        LargeObjectSteps objects = new LargeObjectSteps(ends, owned);
        if (capture instanceof NoCapture nothing) {
            try (LoadSnapshot last = nothing.last(steps)) {
                objects.load(last, live.copyRate(), live.largeObjects(), steps);
            }
        } else {
            objects.load(null, live.copyRate(), live.largeObjects(), steps);
        }
    }

    /** @param source read when the first snapshots had been taken */
    private void rows(@Nullable LoadSnapshot first, Catalog source, Steps steps) throws InterruptedException {
        if (first != null) {
            try (first) {
                copy(listed(source, pending()), first);
            }
        }
        left(steps);
    }

    /** Copies the tables that are not copied yet under newer snapshots, but for those which join the running stream. */
    void left(Steps steps) throws InterruptedException {
        Set<QualifiedName> pending = pending();
        for (int round = 1; !pending.isEmpty(); round++) {
            if (round > MAX_ROUNDS) {
                throw new ReplicatorException(
                        ErrorCode.TABLE_CHANGED, "tables keep being rewritten while they are copied: " + pending);
            }
            steps.tell("copying " + pending.size() + " tables under a new snapshot");
            loadUnderNewSnapshot(pending, steps);
            pending = pending();
        }
    }

    /** Has tables copied again, by the stream itself where it reads rows anyway, else before it goes on. */
    void restart(Collection<QualifiedName> tables) {
        if (!capture.joinsSnapshots()) {
            bulkLoad().restart(owned.migration(), tables, false);
            return;
        }
        owned.transaction("having tables copied again", (target, migration) -> {
            for (QualifiedName table : tables) {
                TableProgressStore.markStale(target, migration, table, "the operator asked for it");
            }
        });
    }

    private Set<QualifiedName> pending() {
        Set<QualifiedName> pending = new HashSet<>();
        for (TableProgress table : owned.ask(
                "reading the progress of tables",
                (target, migration) -> TableProgressStore.read(target, migration.name()))) {
            if (table.state() == TableState.PENDING && !table.joining()) {
                pending.add(table.name());
            }
        }
        return pending;
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
                bulkLoad().discard(owned.migration(), List.of(name));
                owned.transaction("leaving out table " + name, (target, migration) -> {
                    TableProgressStore.remove(target, migration, name);
                });
            } else {
                tables.add(table);
            }
        }
        OldRanges old = new OldRanges(ends, owned, capture, live.copyRate());
        Map<Table, Position> kept = old.keepable(tables, steps);
        if (!capture.joinsSnapshots()) {
            Set<QualifiedName> again = new HashSet<>(wanted);
            kept.keySet().forEach(table -> again.remove(table.name()));
            bulkLoad().discard(owned.migration(), again);
        }
        owned.transaction("listing tables anew", (target, migration) -> {
            TableProgressStore.relist(target, migration, tables);
        });
        try (LoadSnapshot snapshot = capture.again(steps)) {
            bulkLoad().discard(owned.migration(), old.renew(kept, snapshot, ends.targetCatalog(), steps));
            copy(tables, snapshot);
        }
    }

    private long indexBytes(Catalog catalog) {
        if (ends.config().schema().mode() != SchemaConfig.Mode.COPY) {
            return 0;
        }
        Long[] tables = catalog.tables().stream()
                .map(table -> Integer.toUnsignedLong(table.oid()))
                .toArray(Long[]::new);
        try (Connection source = ends.source().open("sizes");
                PreparedStatement statement = source.prepareStatement(
                        "SELECT coalesce(sum(pg_indexes_size(t::oid)), 0) FROM unnest(?) AS t")) {
            statement.setArray(1, source.createArrayOf("bigint", tables));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.COPY_FAILED, "measuring the source's indexes", e);
        }
    }

    /** Later the tables may have foreign keys, and the target's catalog is read while others stream. */
    private void copy(List<Table> tables, LoadSnapshot snapshot) throws InterruptedException {
        boolean frozen = owned.migration().phase() == Phase.COPYING;
        bulkLoad().run(owned.migration(), tables, ends.targetCatalog(), snapshot, frozen);
    }

    private BulkLoad bulkLoad() {
        return new BulkLoad(ends.rowSource(), ends.target(), ends.config().copy(), live.copy(), live.copyRate());
    }
}
