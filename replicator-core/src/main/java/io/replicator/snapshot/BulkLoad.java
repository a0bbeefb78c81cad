package io.replicator.snapshot;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.config.CopyConfig;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.CancelWhen;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.ReplicaRole;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.Migration;
import io.replicator.progress.RangeProgressStore;
import io.replicator.progress.TableProgressStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies tables by several pairs of connections, the largest first; large ones in ranges. A session that is lost is opened again. */
public final class BulkLoad {
    private static final Logger LOG = LoggerFactory.getLogger(BulkLoad.class);
    private static final int MOST_LOSSES = 5;
    private static final long PAUSE_MILLIS = 100;

    private final Database source;
    private final Database target;
    private final int jobs;
    private final long splitBytes;
    private final @Nullable String throttleWhile;
    private final CopyCounters counters;
    private final CopyRate rate;

    public BulkLoad(Database source, Database target, CopyConfig config, CopyCounters counters, CopyRate rate) {
        this.source = source;
        this.target = target;
        this.jobs = config.jobs();
        this.splitBytes = config.splitBytes();
        this.throttleWhile = config.throttleWhile();
        this.counters = counters;
        this.rate = rate;
    }

    /**
     * Copies the tables.
     *
     * @param onTarget the target's catalog, in which all of them exist
     * @param frozen whether rows may be written frozen, which locks a table on the target until it is copied
     * @return those that changed meanwhile and have to be copied again under a newer snapshot
     * @throws ReplicatorException {@code COPY_FAILED} naming the table; finished tables stay copied
     */
    public List<QualifiedName> run(
            Migration migration, List<Table> tables, Catalog onTarget, LoadSnapshot snapshot, boolean frozen)
            throws InterruptedException {
        tables.forEach(table -> onTarget.require(table.name()));
        List<List<CopyUnit>> parts =
                CopyPlan.together(new CopyPlan(source, target, splitBytes, snapshot).units(migration, tables), jobs);
        Queue<List<CopyUnit>> queue = new ConcurrentLinkedQueue<>(parts);
        Set<QualifiedName> changed = ConcurrentHashMap.newKeySet();
        try (SourceLoad _ = throttleWhile == null ? null : SourceLoad.watch(source, throttleWhile, rate)) {
            CopyJobs.run(
                    "replicator-copy-",
                    "the bulk load",
                    Math.min(jobs, parts.size()),
                    () -> {
                        work(migration, queue, onTarget, snapshot, frozen, changed);
                        return true;
                    },
                    queue::clear);
        }
        discard(migration, changed);
        return List.copyOf(changed);
    }

    private void work(
            Migration migration,
            Queue<List<CopyUnit>> queue,
            Catalog onTarget,
            LoadSnapshot snapshot,
            boolean frozen,
            Set<QualifiedName> changed)
            throws InterruptedException {
        try {
            List<CopyUnit> begun = null;
            for (int losses = 0; ; ) {
                try (CopySessions sessions = CopySessions.open(source, target)) {
                    TableCopy copy =
                            new TableCopy(sessions.source(), sessions.target(), snapshot, counters, rate, frozen);
                    if (begun != null && !copy.isPending(migration, begun.getFirst())) {
                        copy.finish(migration, begun.getFirst());
                        begun = null;
                    }
                    for (begun = begun == null ? queue.poll() : begun; begun != null; begun = queue.poll()) {
                        copy(migration, begun, copy, onTarget, changed, queue);
                        losses = 0;
                    }
                    return;
                } catch (ReplicatorException e) {
                    if (e.code() != ErrorCode.CONNECTION_FAILED || ++losses > MOST_LOSSES) {
                        throw e;
                    }
                    LOG.warn("{}; connecting again", e.getMessage());
                    Thread.sleep(PAUSE_MILLIS << losses);
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

    private static void copy(
            Migration migration,
            List<CopyUnit> units,
            TableCopy copy,
            Catalog onTarget,
            Set<QualifiedName> changed,
            Queue<List<CopyUnit>> queue)
            throws InterruptedException {
        CopyUnit first = units.getFirst();
        if (changed.contains(first.table().name())) {
            return;
        }
        if (copy.copy(migration, units, onTarget)) {
            copy.finish(migration, first);
        } else if (units.size() == 1) {
            changed.add(first.table().name());
        } else {
            units.forEach(unit -> queue.add(List.of(unit)));
        }
    }

    /**
     * Empties tables on the target and has them copied again, at once or, after a crash, by the next daemon.
     *
     * <p>An interrupt of the thread ends it by a failure.
     *
     * @param joining whether the stream goes on meanwhile and passes over their changes
     */
    public void restart(Migration migration, Collection<QualifiedName> tables, boolean joining) {
        try (Connection writing = target.open("copy");
                CancelWhen _ = CancelWhen.interrupted(writing)) {
            ReplicaRole.assume(writing);
            writing.setAutoCommit(false);
            for (QualifiedName table : tables) {
                RangeProgressStore.discard(writing, migration, table);
                TableProgressStore.markPending(writing, migration, table, joining);
            }
            writing.commit();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.COPY_FAILED, "emptying " + tables + " on the target", e);
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
