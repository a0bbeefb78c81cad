package io.replicator.race;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Sends a row every few milliseconds and looks when it arrives. Rows are sent on their own schedule, however late the
 * earlier ones are, so that a pause is seen by every row that it delays.
 */
final class MarkerStream implements AutoCloseable {
    static final String TABLE = "race_marker";

    private static final long INTERVAL_MILLIS = 10;
    private static final long POLL_MILLIS = 1;
    private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(10);

    private final Connection sending;
    private final Connection receiving;
    private final PreparedStatement send;
    private final PreparedStatement receive;
    private final ConcurrentHashMap<Long, Long> committedAt = new ConcurrentHashMap<>();
    private final ScheduledExecutorService executor = Executors.newScheduledThreadPool(2);
    private final List<Future<?>> tasks = new ArrayList<>();
    private Histogram micros = new Histogram(LONGEST_MICROS, 3);
    private volatile long sent;
    private volatile long arrived;

    MarkerStream(Cluster source, String sourceDatabase, Cluster target, String targetDatabase) {
        try {
            sending = source.connect(sourceDatabase);
            receiving = target.connect(targetDatabase);
            send = sending.prepareStatement("INSERT INTO " + TABLE + " VALUES (?)");
            receive = receiving.prepareStatement("SELECT id FROM " + TABLE + " WHERE id > ? ORDER BY id");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sends one row and waits for it. */
    void awaitOne() {
        sendOne();
        Waiting.until("a row to arrive", () -> {
            look();
            return arrived == sent;
        });
    }

    /** Drops what was measured so far. */
    void forget() {
        micros = new Histogram(LONGEST_MICROS, 3);
    }

    void start() {
        tasks.add(executor.scheduleAtFixedRate(this::sendOne, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS));
        tasks.add(executor.scheduleWithFixedDelay(this::look, 0, POLL_MILLIS, TimeUnit.MILLISECONDS));
    }

    /** Stops sending, waits for all rows and tells how long each took, in microseconds. */
    Histogram finish() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("sending rows does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        for (Future<?> task : tasks) {
            if (task.state() == Future.State.FAILED) {
                throw new IllegalStateException("rows could not be sent or looked for", task.exceptionNow());
            }
        }
        awaitOne();
        return micros;
    }

    private void sendOne() {
        try {
            long id = sent + 1;
            send.setLong(1, id);
            send.executeUpdate();
            committedAt.put(id, System.nanoTime());
            sent = id;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void look() {
        try {
            receive.setLong(1, arrived);
            long latest = arrived;
            try (ResultSet rows = receive.executeQuery()) {
                long now = System.nanoTime();
                while (rows.next()) {
                    latest = rows.getLong(1);
                    Long committed = committedAt.remove(latest);
                    // A row may be there before its own commit has been answered.
                    micros.recordValue(committed == null ? 0 : Math.max(0, (now - committed) / 1_000));
                }
            }
            arrived = latest;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
        try {
            sending.close();
            receiving.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
