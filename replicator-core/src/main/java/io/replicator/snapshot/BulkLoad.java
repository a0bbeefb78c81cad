package io.replicator.snapshot;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.ReplicaRole;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.Migration;
import io.replicator.progress.RangeProgressStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Copies tables by several pairs of connections, the largest first; large ones in ranges of their key. */
public final class BulkLoad {
    private final Database source;
    private final Database target;
    private final int jobs;
    private final long splitBytes;
    private final CopyCounters counters;

    public BulkLoad(Database source, Database target, int jobs, long splitBytes, CopyCounters counters) {
        this.source = source;
        this.target = target;
        this.jobs = jobs;
        this.splitBytes = splitBytes;
        this.counters = counters;
    }

    /**
     * Copies the tables.
     *
     * @param onTarget the target's catalog, in which all of them exist
     * @return those that changed meanwhile and have to be copied again under a newer snapshot
     * @throws ReplicatorException {@code COPY_FAILED} naming the table; finished tables stay copied
     */
    public List<QualifiedName> run(Migration migration, List<Table> tables, Catalog onTarget, LoadSnapshot snapshot)
            throws InterruptedException {
        List<CopyUnit> units = new CopyPlan(source, target, splitBytes).units(migration, tables, snapshot.position());
        Queue<CopyUnit> queue = new ConcurrentLinkedQueue<>(units);
        Set<QualifiedName> changed = ConcurrentHashMap.newKeySet();
        Callable<Void> job = () -> {
            work(migration, queue, onTarget, snapshot, changed);
            return null;
        };
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("replicator-copy-", 0).factory())) {
            List<Future<Void>> futures = new ArrayList<>();
            for (int i = 0; i < Math.min(jobs, units.size()); i++) {
                futures.add(executor.submit(job));
            }
            try {
                for (Future<Void> future : futures) {
                    future.get();
                }
            } catch (ExecutionException e) {
                queue.clear();
                executor.shutdownNow();
                throw e.getCause() instanceof ReplicatorException known
                        ? known
                        : new ReplicatorException(ErrorCode.COPY_FAILED, "the bulk load failed: " + e.getCause(), e);
            } catch (InterruptedException e) {
                queue.clear();
                executor.shutdownNow();
                throw e;
            }
        }
        discard(migration, changed);
        return List.copyOf(changed);
    }

    private void work(
            Migration migration,
            Queue<CopyUnit> queue,
            Catalog onTarget,
            LoadSnapshot snapshot,
            Set<QualifiedName> changed) {
        try (Connection reading = source.open("copy");
                Connection writing = target.open("copy")) {
            ReplicaRole.assume(writing);
            TableCopy copy = new TableCopy(reading, writing, snapshot, counters);
            CopyUnit unit;
            while ((unit = queue.poll()) != null) {
                QualifiedName name = unit.table().name();
                Table destination = onTarget.table(name);
                if (destination == null) {
                    throw new ReplicatorException(
                            ErrorCode.TABLE_MISSING, "table " + name + " does not exist on the target");
                }
                if (!changed.contains(name)) {
                    if (copy.copy(migration, unit, destination)) {
                        copy.finish(migration, unit);
                    } else {
                        changed.add(name);
                    }
                }
            }
        } catch (SQLException e) {
            queue.clear();
            throw SqlStates.wrap(ErrorCode.COPY_FAILED, "the bulk load", e);
        } catch (ReplicatorException e) {
            queue.clear();
            throw e;
        }
    }

    /** Takes back what was copied of tables that have to be read again from the beginning. */
    public void discard(Migration migration, Collection<QualifiedName> tables) {
        if (tables.isEmpty()) {
            return;
        }
        try (Connection writing = target.open("copy")) {
            ReplicaRole.assume(writing);
            writing.setAutoCommit(false);
            Set<QualifiedName> cut = RangeProgressStore.cutTables(writing, migration);
            for (QualifiedName table : tables) {
                if (cut.contains(table)) {
                    RangeProgressStore.discard(writing, migration, table);
                }
            }
            writing.commit();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.COPY_FAILED, "discarding what was copied of " + tables, e);
        }
    }
}
