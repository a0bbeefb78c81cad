package io.replicator.daemon;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.RangeProgressStore;
import io.replicator.progress.TableProgress;
import io.replicator.progress.TableProgressStore;
import io.replicator.schema.IndexBuild;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the index build, while rows are copied, which tables the target holds completely. */
final class CompleteTables implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CompleteTables.class);
    private static final long PERIOD_MILLIS = 300;

    private final OwnedMigration owned;
    private final IndexBuild build;
    private final Catalog source;
    private final boolean joinsSnapshots;
    private final Thread thread;

    private CompleteTables(OwnedMigration owned, IndexBuild build, Catalog source, boolean joinsSnapshots) {
        this.owned = owned;
        this.build = build;
        this.source = source;
        this.joinsSnapshots = joinsSnapshots;
        this.thread =
                Thread.ofPlatform().name("replicator-complete-tables").daemon().unstarted(this::watch);
    }

    static CompleteTables watch(OwnedMigration owned, IndexBuild build, Catalog source, boolean joinsSnapshots) {
        CompleteTables watch = new CompleteTables(owned, build, source, joinsSnapshots);
        watch.thread.start();
        return watch;
    }

    /** The tables whose ranges had a snapshot each. */
    static List<Table> joined(OwnedMigration owned, Catalog source) {
        Set<QualifiedName> cut = owned.ask("reading the ranges of tables", RangeProgressStore::cutTables);
        return source.tables().stream()
                .filter(table -> cut.contains(table.name()))
                .toList();
    }

    private void watch() {
        try {
            while (true) {
                List<QualifiedName> complete = complete();
                build.copied(complete, joinsSnapshots ? joined(owned, source) : List.of());
                Thread.sleep(PERIOD_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (ReplicatorException e) {
            LOG.warn("indexes are built when all tables are copied: {}", e.getMessage());
        }
    }

    private List<QualifiedName> complete() {
        List<QualifiedName> complete = new ArrayList<>();
        for (TableProgress table : owned.ask(
                "reading the progress of tables",
                (target, migration) -> TableProgressStore.read(target, migration.name()))) {
            if (table.complete()) {
                complete.add(table.name());
            }
        }
        return complete;
    }

    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
