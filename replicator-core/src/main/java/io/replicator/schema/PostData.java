package io.replicator.schema;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the entries of one stage by several sessions, each entry in a transaction of its own. */
final class PostData {
    private static final Logger LOG = LoggerFactory.getLogger(PostData.class);
    private static final int ATTEMPTS = 5;
    private static final Duration CANCEL_AGAIN = Duration.ofMillis(500);

    private final Database target;
    private final SchemaEntryStore store;
    private final ParallelStage stage;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Queue<SchemaSession> sessions = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Throwable firstCause;

    private PostData(Database target, SchemaEntryStore store, List<SchemaEntry> entries) {
        this.target = target;
        this.store = store;
        this.stage = new ParallelStage(entries);
    }

    /**
     * @param jobs how many at a time; 1 keeps the order of entries that weigh the same
     * @throws ReplicatorException {@code SCHEMA_FAILED} naming all entries that failed, after the others are done
     */
    static void create(Database target, SchemaEntryStore store, List<SchemaEntry> entries, int jobs) {
        if (!entries.isEmpty()) {
            new PostData(target, store, entries).run(Math.min(jobs, entries.size()));
        }
    }

    private void run(int jobs) {
        List<Thread> workers = new ArrayList<>();
        for (int job = 0; job < jobs; job++) {
            workers.add(Thread.ofPlatform().name("replicator-schema-" + job).start(this::work));
        }
        boolean interrupted = false;
        for (Thread worker : workers) {
            if (join(worker)) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new ReplicatorException(
                    ErrorCode.INTERRUPTED, "interrupted while indexes and constraints were built");
        }
        if (!failures.isEmpty()) {
            throw failed();
        }
    }

    private ReplicatorException failed() {
        String message = "creating on the target: " + Summary.of(List.copyOf(failures));
        Throwable cause = firstCause;
        return cause == null
                ? new ReplicatorException(ErrorCode.SCHEMA_FAILED, message)
                : new ReplicatorException(ErrorCode.SCHEMA_FAILED, message, cause);
    }

    /** Waits for a worker to end, cancelling all of them when this thread is interrupted. */
    private boolean join(Thread worker) {
        boolean interrupted = false;
        while (true) {
            try {
                if (worker.join(CANCEL_AGAIN)) {
                    return interrupted;
                }
            } catch (InterruptedException _) {
                interrupted = true;
            }
            if (interrupted) {
                cancel();
            }
        }
    }

    private void cancel() {
        stage.stop();
        for (SchemaSession session : sessions) {
            try {
                session.cancel();
            } catch (SQLException e) {
                LOG.warn("a statement could not be cancelled: {}", SqlStates.describe(e));
            }
        }
    }

    private void work() {
        try (SchemaSession session = SchemaSession.open(target, store)) {
            sessions.add(session);
            for (SchemaEntry entry = stage.next(); entry != null; entry = stage.next()) {
                try {
                    create(session, entry);
                } finally {
                    stage.finished(entry);
                }
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
