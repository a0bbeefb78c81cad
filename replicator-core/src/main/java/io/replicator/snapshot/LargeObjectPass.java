package io.replicator.snapshot;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Works through ranges of large objects by several pairs of sessions. A session that is lost is opened again. */
final class LargeObjectPass {
    private static final Logger LOG = LoggerFactory.getLogger(LargeObjectPass.class);
    private static final int MOST_LOSSES = 5;
    private static final long PAUSE_MILLIS = 100;

    /** A pair of sessions holds some 20 MB of pieces. */
    private static final int MOST_SESSIONS = 4;

    private final Database source;
    private final Database target;
    private final int jobs;
    private final @Nullable Duration limit;
    private final long start = System.nanoTime();
    private final Work work;
    private final Set<CopySessions> open = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    /** What is done to one range; may be done again when a session is lost meanwhile. */
    @FunctionalInterface
    interface Work {
        LargeObjectDifferences on(CopySessions sessions, LargeObjectRange range)
                throws SQLException, InterruptedException;
    }

    LargeObjectPass(Database source, Database target, int jobs, @Nullable Duration limit, Work work) {
        this.source = source;
        this.target = target;
        this.jobs = Math.min(jobs, MOST_SESSIONS);
        this.limit = limit;
        this.work = work;
    }

    LargeObjectResult run(List<LargeObjectRange> ranges) throws InterruptedException {
        Queue<LargeObjectRange> queue = new ConcurrentLinkedQueue<>(ranges);
        List<LargeObjectResult> results = CopyJobs.run(
                "replicator-large-objects-",
                "copying large objects",
                Math.min(jobs, ranges.size()),
                () -> work(queue),
                this::stop);
        LargeObjectResult all = LargeObjectResult.NOTHING;
        for (LargeObjectResult result : results) {
            all = all.plus(result);
        }
        return all;
    }

    private LargeObjectResult work(Queue<LargeObjectRange> queue) throws InterruptedException {
        LargeObjectResult result = LargeObjectResult.NOTHING;
        try {
            LargeObjectRange begun = null;
            for (int losses = 0; ; ) {
                try (CopySessions sessions = CopySessions.open(source, target)) {
                    prepare(sessions);
                    for (begun = begun == null ? queue.poll() : begun; begun != null; begun = queue.poll()) {
                        requireTime();
                        result = result.plus(LargeObjectResult.of(work.on(sessions, begun)));
                        losses = 0;
                    }
                    return result;
                } catch (SQLException e) {
                    if (!SqlStates.isConnectionLoss(e) || stopped || ++losses > MOST_LOSSES) {
                        throw SqlStates.wrap(ErrorCode.COPY_FAILED, "copying large objects " + begun, e);
                    }
                    LOG.warn("copying large objects: {}; connecting again", SqlStates.describe(e));
                    Thread.sleep(PAUSE_MILLIS << losses);
                }
            }
        } catch (ReplicatorException e) {
            queue.clear();
            throw e;
        }
    }

    private void prepare(CopySessions sessions) throws SQLException {
        open.add(sessions);
        if (stopped) {
            sessions.abort();
        }
        if (limit != null) {
            for (Connection session : List.of(sessions.source(), sessions.target())) {
                try (Statement statement = session.createStatement()) {
                    statement.execute("SET statement_timeout = " + Math.max(1, limit.toMillis()));
                }
            }
        }
        sessions.source().setAutoCommit(false);
        sessions.target().setAutoCommit(false);
    }

    private void requireTime() {
        if (limit != null && System.nanoTime() - start > limit.toNanos()) {
            throw new ReplicatorException(
                    ErrorCode.COPY_FAILED,
                    "the large objects were not brought up to date within " + limit.toMillis() + " ms");
        }
    }

    /** Statements that hash large contents may take long: they are not waited for. */
    private void stop() {
        stopped = true;
        open.forEach(CopySessions::abort);
    }
}
