package io.replicator.capture.trigger;

import io.replicator.capture.ChangeSink;
import io.replicator.change.Change;
import io.replicator.change.TxidSnapshot;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tables of a large window by several sessions under the window's exported snapshot. The caller's thread alone
 * sends on: the others hand it chunks, of which only a few wait at a time. The caller's session holds all the tables; one
 * that somebody waits for to lock exclusively is read by that session, because others would have to wait behind him.
 */
final class ParallelRead {
    private static final long LEAST_LOG_ROWS = 100_000;
    private static final int CHUNK_BYTES = 256 << 10;
    private static final int CHUNKS_PER_SESSION = 2;
    private static final long POLL_MILLIS = 100;

    private final Database source;
    private final String snapshot;
    private final TxidSnapshot previous;
    private final Queue<WindowTask> tasks;
    private final BlockingQueue<List<Change>> chunks;
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<WindowTask> refused = new ConcurrentLinkedQueue<>();
    private final Queue<Connection> reading = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private ParallelRead(
            Database source, String snapshot, TxidSnapshot previous, List<WindowTask> tasks, int sessions) {
        this.source = source;
        this.snapshot = snapshot;
        this.previous = previous;
        this.tasks = new ConcurrentLinkedQueue<>(tasks);
        this.chunks = new ArrayBlockingQueue<>(CHUNKS_PER_SESSION * sessions);
        for (int i = 0; i < sessions; i++) {
            threads.add(
                    Thread.ofPlatform().name("replicator-window-" + i).daemon().unstarted(this::work));
        }
    }

    /**
     * Reads all tasks, those of one table in their order.
     *
     * @param session in its snapshot transaction
     * @return how many rows were sent
     */
    static long read(
            Database source,
            Connection session,
            TxidSnapshot previous,
            List<WindowTask> tasks,
            int readers,
            ChangeSink sink)
            throws SQLException, InterruptedException {
        long logRows = 0;
        boolean anyWhole = false;
        for (WindowTask task : tasks) {
            logRows += task.logRows();
            anyWhole |= task.whole();
        }
        int sessions = Math.min(readers, tasks.size());
        if (sessions < 2 || (logRows < LEAST_LOG_ROWS && !anyWhole)) {
            TaskReader reader = new TaskReader(session, previous, sink);
            for (WindowTask task : tasks) {
                reader.read(task);
            }
            return reader.rows();
        }
        List<WindowTask> largestFirst = new ArrayList<>(tasks);
        largestFirst.sort((one, other) -> Long.compare(other.logRows(), one.logRows()));
        ParallelRead parallel = new ParallelRead(source, export(session), previous, largestFirst, sessions);
        try {
            long rows = parallel.run(sink);
            TaskReader reader = new TaskReader(session, previous, sink);
            for (WindowTask task : parallel.refused) {
                reader.read(task);
            }
            return rows + reader.rows();
        } finally {
            parallel.end();
        }
    }

    /** Exports the snapshot of the transaction that the session is in. */
    static String export(Connection session) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_export_snapshot()")) {
            row.next();
            return row.getString(1);
        }
    }

    private long run(ChangeSink sink) throws InterruptedException {
        threads.forEach(Thread::start);
        long rows = 0;
        while (true) {
            boolean working = threads.stream().anyMatch(Thread::isAlive);
            List<Change> chunk = chunks.poll(working ? POLL_MILLIS : 0, TimeUnit.MILLISECONDS);
            if (chunk != null) {
                for (Change change : chunk) {
                    sink.offer(change);
                }
                rows += chunk.size();
            }
            Throwable failed = failure.get();
            if (failed != null) {
                throw failed instanceof ReplicatorException known
                        ? new ReplicatorException(known.code(), known.getMessage(), known)
                        : new ReplicatorException(ErrorCode.INTERNAL, "reading a window failed: " + failed, failed);
            }
            if (chunk == null && !working) {
                return rows;
            }
        }
    }

    private void work() {
        try (Connection session = source.open("window")) {
            reading.add(session);
            session.setAutoCommit(false);
            try (Statement statement = session.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
                statement.execute("SET TRANSACTION SNAPSHOT '" + snapshot + "'");
            }
            ChunkSink sink = new ChunkSink();
            TaskReader reader = new TaskReader(session, previous, sink);
            WindowTask task;
            while ((task = tasks.poll()) != null) {
                if (TableHold.join(session, task.entry())) {
                    reader.read(task);
                } else {
                    refused.add(task);
                }
            }
            sink.flush();
            reading.remove(session);
            session.rollback();
        } catch (SQLException e) {
            fail(SqlStates.wrap(ErrorCode.STREAM_BROKEN, "reading changes from the source", e));
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void fail(RuntimeException e) {
        failure.compareAndSet(null, e);
        tasks.clear();
    }

    /** Ends what still runs, under its statement if need be. */
    private void end() throws InterruptedException, SQLException {
        tasks.clear();
        for (Thread thread : threads) {
            thread.interrupt();
        }
        for (Connection session : reading) {
            session.abort(Runnable::run);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private final class ChunkSink implements ChangeSink {
        private List<Change> chunk = new ArrayList<>();
        private int bytes;

        @Override
        public boolean offer(Change change) {
            chunk.add(change);
            bytes += change.size();
            if (bytes >= CHUNK_BYTES) {
                flush();
            }
            return true;
        }

        void flush() {
            if (chunk.isEmpty()) {
                return;
            }
            try {
                chunks.put(chunk);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ReplicatorException(ErrorCode.INTERRUPTED, "reading a window was interrupted", e);
            }
            chunk = new ArrayList<>();
            bytes = 0;
        }
    }
}
