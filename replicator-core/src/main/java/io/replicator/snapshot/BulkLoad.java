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
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Copies tables under one snapshot by several pairs of connections, the largest tables first. */
public final class BulkLoad {
    private final Database source;
    private final Database target;
    private final int jobs;
    private final CopyCounters counters;

    public BulkLoad(Database source, Database target, int jobs, CopyCounters counters) {
        this.source = source;
        this.target = target;
        this.jobs = jobs;
        this.counters = counters;
    }

    /**
     * Copies the tables.
     *
     * @param onTarget the target's catalog, in which all of them exist
     * @return those that changed meanwhile and have to be copied again under a newer snapshot
     * @throws ReplicatorException {@code COPY_FAILED} naming the table; finished tables stay copied
     */
    public List<QualifiedName> run(Migration migration, List<Table> tables, Catalog onTarget, ExportedSnapshot snapshot)
            throws InterruptedException {
        Queue<Table> queue = new ConcurrentLinkedQueue<>(tables.stream()
                .sorted(Comparator.comparingLong(Table::bytes).reversed())
                .toList());
        Queue<QualifiedName> changed = new ConcurrentLinkedQueue<>();
        Callable<Void> job = () -> {
            work(migration, queue, onTarget, snapshot, changed);
            return null;
        };
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("replicator-copy-", 0).factory())) {
            List<Future<Void>> futures = new ArrayList<>();
            for (int i = 0; i < Math.min(jobs, tables.size()); i++) {
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
        return List.copyOf(changed);
    }

    private void work(
            Migration migration,
            Queue<Table> queue,
            Catalog onTarget,
            ExportedSnapshot snapshot,
            Queue<QualifiedName> changed) {
        try (Connection reading = source.open("copy");
                Connection writing = target.open("copy")) {
            ReplicaRole.assume(writing, target);
            TableCopy copy = new TableCopy(reading, writing, snapshot, counters);
            Table table;
            while ((table = queue.poll()) != null) {
                Table destination = onTarget.table(table.name());
                if (destination == null) {
                    throw new ReplicatorException(
                            ErrorCode.TABLE_MISSING, "table " + table.name() + " does not exist on the target");
                }
                if (!copy.copy(migration, table, destination)) {
                    changed.add(table.name());
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
}
