package io.replicator.schema;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates entries by several sessions, each entry in a transaction of its own. More may be added while others are
 * created. Belongs to one thread, but for {@link #add}.
 */
final class PostData implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PostData.class);
    private static final int ATTEMPTS = 5;
    private static final int MOST_LOSSES = 5;
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration CANCEL_AGAIN = Duration.ofMillis(500);

    private final Database target;
    private final SchemaEntryStore store;
    private final PostDataSettings settings;
    private final ParallelStage stage = new ParallelStage();
    private final List<Thread> workers = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Set<SchemaSession> sessions = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Throwable firstCause;
    private volatile boolean canceled;

    PostData(Database target, SchemaEntryStore store, PostDataSettings settings) {
        this.target = target;
        this.store = store;
        this.settings = settings;
    }

    /**
     * Creates the entries of one stage; one job keeps the order of entries that weigh the same.
     *
     * @throws ReplicatorException as {@link #finish}
     */
    static void create(Database target, SchemaEntryStore store, List<SchemaEntry> entries, PostDataSettings settings) {
        try (PostData postData = new PostData(target, store, settings)) {
            postData.add(entries);
            postData.finish();
        }
    }

    /** Has entries created as soon as a session is free. */
    synchronized void add(Collection<SchemaEntry> entries) {
        stage.add(entries);
        for (int more = 0; more < entries.size() && workers.size() < settings.jobs(); more++) {
            workers.add(Thread.ofPlatform()
                    .name("replicator-schema-" + workers.size())
                    .start(this::work));
        }
    }

    /**
     * Waits until everything that was added is created.
     *
     * @throws ReplicatorException {@code SCHEMA_FAILED} naming all entries that failed, after the others are done;
     *     {@code INTERRUPTED}
     */
    void finish() {
        stage.complete();
        if (joinAll()) {
            Thread.currentThread().interrupt();
            throw new ReplicatorException(
                    ErrorCode.INTERRUPTED, "interrupted while indexes and constraints were built");
        }
        if (!failures.isEmpty()) {
            throw failed();
        }
    }

    /** Cancels what is still being created. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        if (workers.stream().anyMatch(Thread::isAlive)) {
            cancel();
        }
        if (joinAll() || interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean joinAll() {
        boolean interrupted = false;
        for (Thread worker : workers) {
            if (join(worker, interrupted)) {
                interrupted = true;
            }
        }
        return interrupted;
    }

    private ReplicatorException failed() {
        String message = "creating on the target: " + Summary.of(List.copyOf(failures));
        Throwable cause = firstCause;
        return cause == null
                ? new ReplicatorException(ErrorCode.SCHEMA_FAILED, message)
                : new ReplicatorException(ErrorCode.SCHEMA_FAILED, message, cause);
    }

    /** Waits for a worker to end, cancelling all of them when this thread is interrupted. */
    private boolean join(Thread worker, boolean interruptedBefore) {
        boolean interrupted = interruptedBefore;
        while (true) {
            try {
                if (worker.join(CANCEL_AGAIN)) {
                    return interrupted;
                }
            } catch (InterruptedException _) {
                interrupted = true;
            }
            if (interrupted || canceled) {
                cancel();
            }
        }
    }

    private void cancel() {
        canceled = true;
        stage.stop();
        for (SchemaSession session : sessions) {
            try {
                session.cancel();
            } catch (SQLException e) {
                LOG.warn("a statement could not be cancelled: {}", SqlStates.describe(e));
            }
        }
    }

    /** A session that is lost is opened again; what it was creating may be there already. */
    private void work() {
        SchemaEntry begun = null;
        try {
            for (int losses = 0; ; ) {
                try (SchemaSession session = SchemaSession.open(target, store, settings)) {
                    sessions.add(session);
                    try {
                        if (begun != null && store.isDone(session.connection(), begun)) {
                            stage.finished(begun);
                            begun = null;
                        }
                        for (begun = begun == null ? stage.next() : begun; begun != null; begun = stage.next()) {
                            create(session, begun);
                            stage.finished(begun);
                            losses = 0;
                        }
                        return;
                    } finally {
                        sessions.remove(session);
                    }
                } catch (SQLException e) {
                    if (!SqlStates.isConnectionLoss(e) || ++losses > MOST_LOSSES) {
                        throw e;
                    }
                    LOG.warn("{}; connecting again", SqlStates.describe(e));
                } catch (ReplicatorException e) {
                    if (e.code() != ErrorCode.CONNECTION_FAILED || ++losses > MOST_LOSSES) {
                        throw e;
                    }
                    LOG.warn("{}; connecting again", e.getMessage());
                }
                Thread.sleep(PAUSE.multipliedBy(1L << losses));
            }
        } catch (SQLException e) {
            stage.stop();
            fail("a session of the target", SqlStates.describe(e), e);
        } catch (ReplicatorException e) {
            stage.stop();
            fail("a session of the target", String.valueOf(e.getMessage()), e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** A failed entry does not keep the others from being created: an operator sees every problem at once. */
    private void create(SchemaSession session, SchemaEntry entry) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                session.create(entry);
                session.connection().commit();
                LOG.debug("created {}", entry);
                return;
            } catch (SQLException e) {
                if (SqlStates.isConnectionLoss(e)) {
                    throw e;
                }
                session.connection().rollback();
                if (attempt == ATTEMPTS || !SqlStates.isTransient(e)) {
                    fail(entry.toString(), SqlStates.describe(e), e);
                    return;
                }
            }
        }
    }

    private void fail(String what, String why, Throwable cause) {
        failures.add(what + ": " + why);
        if (firstCause == null) {
            firstCause = cause;
        }
    }
}
