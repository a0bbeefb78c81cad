package io.replicator.daemon;

import io.replicator.apply.Barrier;
import io.replicator.apply.TableStarts;
import io.replicator.capture.Heartbeat;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.progress.JoiningTables;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.progress.TableProgressStore;
import io.replicator.snapshot.BulkLoad;
import io.replicator.snapshot.LoadSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Copies tables while the stream goes on. The stream passes over their changes and gathers the keys of these; what was
 * copied is brought up to newer snapshots by the keys, the last time at a point at which the stream stands, from which on
 * it takes their changes again.
 */
final class JoiningCopy {
    private static final Duration HOLD_LIMIT = Duration.ofMinutes(5);
    private static final int MOST_ATTEMPTS = 3;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);

    private final Ends ends;
    private final OwnedMigration owned;
    private final Capture capture;
    private final LiveState live;
    private final StreamSession session;
    private final TableStarts starts;
    private final Heartbeat heartbeat;
    private final Steps steps;

    JoiningCopy(
            Ends ends,
            OwnedMigration owned,
            Capture capture,
            LiveState live,
            StreamSession session,
            TableStarts starts,
            Heartbeat heartbeat,
            Steps steps) {
        this.ends = ends;
        this.owned = owned;
        this.capture = capture;
        this.live = live;
        this.session = session;
        this.starts = starts;
        this.heartbeat = heartbeat;
        this.steps = steps;
    }

    /** Has the stream pass over tables, from a point between two transactions on. */
    void leave(Resync wanted) throws InterruptedException {
        Barrier barrier = session.barrier();
        try {
            heartbeat.beat();
            if (!barrier.awaitHeld(HOLD_LIMIT)) {
                throw new ReplicatorException(
                        ErrorCode.COPY_FAILED,
                        "the applier did not reach a point between two transactions within " + HOLD_LIMIT.toMinutes()
                                + " minutes; ask again once 'replicator status' shows no lag");
            }
            owned.transaction("having the stream pass over tables", (target, migration) -> {
                requireWanted(wanted, migration.phase());
                JoiningTables.mark(target, migration, wanted.tables());
            });
            starts.leave(wanted.tables());
        } finally {
            session.end(barrier);
        }
    }

    /** While it waited, it may have been given up, and a cutover have begun. */
    private static void requireWanted(Resync wanted, Phase phase) {
        if (wanted.withdrawn()) {
            throw new ReplicatorException(ErrorCode.INTERRUPTED, "nobody waits for the copy of tables any more");
        }
        Resync.requireStreaming(phase);
    }

    /**
     * Copies the tables that the stream passes over. Those which it still passes over afterwards can only be copied while
     * the stream waits.
     *
     * @throws ReplicatorException {@code STREAM_BROKEN} when the stream ends by itself
     */
    void run() throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                attempt();
                return;
            } catch (ReplicatorException e) {
                if (Thread.interrupted() || e.code() == ErrorCode.INTERRUPTED) {
                    throw new InterruptedException("copying " + starts.joining());
                }
                if (e.code() == ErrorCode.STREAM_BROKEN) {
                    throw e;
                }
                steps.tell("copying tables beside the stream failed: " + e.getMessage());
                if (!e.code().retryable() || attempt == MOST_ATTEMPTS) {
                    return;
                }
            } finally {
                starts.passOverTo(null);
            }
            Thread.sleep(FIRST_PAUSE.multipliedBy(attempt));
        }
    }

    private void attempt() throws InterruptedException {
        bulkLoad().restart(owned.migration(), starts.joining(), true);
        List<Table> tables = renewable(ends.sourceCatalog());
        if (tables.isEmpty()) {
            return;
        }
        try (PassedOverKeys keys = new PassedOverKeys(ends.target(), tables)) {
            starts.passOverTo(keys);
            owned.transaction("listing tables anew", (target, migration) -> {
                TableProgressStore.relist(target, migration, tables);
            });
            steps.tell("copying " + tables.size() + " tables while the others stream");
            List<Table> copied = new ArrayList<>(tables);
            try (LoadSnapshot snapshot = capture.again(steps)) {
                List<QualifiedName> changed =
                        bulkLoad().run(owned.migration(), tables, ends.targetCatalog(), snapshot, false);
                copied.removeIf(table -> changed.contains(table.name()) && alone(table, "it was rewritten or altered"));
            }
            new Joining(ends, owned, capture, live.copyRate(), session, starts, heartbeat, steps).run(keys, copied);
        }
    }

    /** The tables of which every change tells the key. */
    private List<Table> renewable(Catalog source) {
        List<Table> tables = new ArrayList<>();
        for (QualifiedName name : starts.joining()) {
            Table table = source.table(name);
            if (table != null && (table.key() == null || !table.identityUsable())) {
                alone(table, "it has no key");
            } else if (table != null) {
                tables.add(table);
            }
        }
        return tables;
    }

    private boolean alone(Table table, String reason) {
        steps.tell("table " + table + " is copied while the stream waits: " + reason);
        return true;
    }

    private BulkLoad bulkLoad() {
        return new BulkLoad(ends.rowSource(), ends.target(), ends.config().copy(), live.copy(), live.copyRate());
    }
}
