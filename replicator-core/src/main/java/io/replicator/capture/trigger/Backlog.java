package io.replicator.capture.trigger;

import io.replicator.capture.ChangeSink;
import io.replicator.change.Change;
import io.replicator.change.TxidSnapshot;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The large tables of a huge window, such as a long standstill leaves: read in pieces of the change log, each under a
 * short snapshot of its own, and committed one by one.
 *
 * <p>A piece may read newer rows than the window's snapshot has. That does no harm: what changed later is in the change
 * log behind that snapshot, so the next window reads it again, and the target is exact after that one. A table with
 * further unique constraints, whose values may have moved between rows, is left to the window's one snapshot.
 */
final class Backlog {
    /** Windows below are read under one snapshot. */
    static final long LEAST_LOG_ROWS = 1_000_000;

    private static final long LEAST_TABLE_ROWS = 100_000;
    private static final long BLOCKS_PER_PIECE = 1_280;
    private static final int FIRST_WITH_RANGES = 140_000;
    private static final int ATTEMPTS = 30;

    private final long leastLogRows;
    private final Deque<WindowTask> pieces = new ArrayDeque<>();

    Backlog(long leastLogRows) {
        this.leastLogRows = leastLogRows;
    }

    boolean pending() {
        return !pieces.isEmpty();
    }

    /**
     * Takes the tasks that are to be read in pieces.
     *
     * @param session in the window's snapshot transaction
     * @return the others
     */
    List<WindowTask> takeOver(Connection session, List<WindowTask> tasks) throws SQLException {
        long logRows = 0;
        for (WindowTask task : tasks) {
            logRows += task.logRows();
        }
        if (logRows < leastLogRows) {
            return tasks;
        }
        List<WindowTask> left = new ArrayList<>();
        long leastTableRows = Math.min(LEAST_TABLE_ROWS, leastLogRows);
        for (WindowTask task : tasks) {
            if (task.whole() || task.entry().table().extraUnique() || task.logRows() < leastTableRows) {
                left.add(task);
            } else {
                cut(session, task);
            }
        }
        return left;
    }

    private void cut(Connection session, WindowTask task) throws SQLException {
        KeyShape shape = task.entry().captured().shape();
        boolean ranges = serverVersion(session) >= FIRST_WITH_RANGES;
        List<LogSlice> slices = new ArrayList<>();
        for (int segment = 0; segment < KeyShape.SEGMENTS; segment++) {
            long blocks = blocks(session, shape.log(segment));
            for (long first = 0; first < blocks; first += BLOCKS_PER_PIECE) {
                slices.add(new LogSlice(segment, first, Math.min(first + BLOCKS_PER_PIECE, blocks), ranges));
            }
        }
        for (LogSlice slice : slices) {
            pieces.add(new WindowTask(task.entry(), false, slice, task.logRows() / slices.size()));
        }
    }

    private static int serverVersion(Connection session) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("SELECT current_setting('server_version_num')::int")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static long blocks(Connection session, String log) throws SQLException {
        try (PreparedStatement statement = session.prepareStatement(
                "SELECT pg_relation_size(?::regclass) / current_setting('block_size')::bigint")) {
            statement.setString(1, log);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /**
     * Sends the pieces, each followed by a checkpoint.
     *
     * @param session outside of a transaction
     * @param done told the log rows of each piece
     */
    void send(Connection session, TxidSnapshot previous, ChangeSink sink, LongConsumer done)
            throws SQLException, InterruptedException {
        sink.offer(new Change.Checkpoint());
        int refused = 0;
        WindowTask piece;
        while ((piece = pieces.peek()) != null) {
            session.setAutoCommit(false);
            try {
                try (Statement statement = session.createStatement()) {
                    statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
                }
                if (!TableHold.hold(session, List.of(piece.entry()))) {
                    refused = refuse(piece, refused + 1);
                    continue;
                }
                new TaskReader(session, previous, sink).read(piece);
            } finally {
                if (!session.isClosed() && !session.getAutoCommit()) {
                    session.rollback();
                    session.setAutoCommit(true);
                }
            }
            refused = 0;
            pieces.remove();
            sink.offer(new Change.Checkpoint());
            done.accept(piece.logRows());
        }
    }

    private static int refuse(WindowTask piece, int refused) throws InterruptedException {
        if (refused >= ATTEMPTS) {
            throw new ReplicatorException(
                    ErrorCode.STREAM_BROKEN,
                    "table " + piece.entry().table().name() + " is being rewritten; its backlog is read again");
        }
        Thread.sleep(100);
        return refused;
    }
}
