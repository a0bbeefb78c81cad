package io.replicator.capture;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A row on the source that is written again and again and travels through the captured path: what it takes to arrive is
 * the lag, and a beat that has arrived is a marker, because everything committed before it has arrived too. Time is
 * measured by this host's clock alone.
 *
 * <p>Thread-safe; {@link #applied} is called by the lane.
 */
public final class Heartbeat implements AutoCloseable {
    private static final String WRITE = """
            INSERT INTO replicator.heartbeat (migration, beat, written_at) VALUES (?, 1, clock_timestamp())
            ON CONFLICT (migration) DO UPDATE SET beat = heartbeat.beat + 1, written_at = clock_timestamp()
            RETURNING beat, txid_snapshot_xmax(txid_current_snapshot())""";

    private final Database source;
    private final String migration;
    private final Map<Long, Beat> outstanding = new TreeMap<>();
    private @Nullable Connection session;
    private long appliedBeat;
    private long appliedHorizon;
    private boolean anyApplied;
    private long lastLatencyNanos;

    private record Beat(long writtenNanos, long horizon) {}

    public Heartbeat(Database source, String migration) {
        this.source = source;
        this.migration = migration;
    }

    /**
     * Writes the next beat.
     *
     * @return its number
     */
    public long beat() {
        synchronized (this) {
            long start = System.nanoTime();
            try (PreparedStatement statement = session().prepareStatement(WRITE)) {
                statement.setString(1, migration);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    long number = row.getLong(1);
                    if (number > appliedBeat) {
                        outstanding.put(number, new Beat(start, row.getLong(2)));
                    }
                    return number;
                }
            } catch (SQLException e) {
                closeSession();
                throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "writing replicator.heartbeat on the source", e);
            }
        }
    }

    /** A beat, and with it everything committed before, is committed on the target. */
    public synchronized void applied(long beat) {
        long now = System.nanoTime();
        Beat arrived = outstanding.get(beat);
        if (arrived != null) {
            lastLatencyNanos = now - arrived.writtenNanos();
            appliedHorizon = arrived.horizon();
            anyApplied = true;
        }
        outstanding.keySet().removeIf(number -> number <= beat);
        appliedBeat = Math.max(appliedBeat, beat);
        notifyAll();
    }

    /**
     * Waits until a beat has been applied.
     *
     * @return false when the limit ran out
     */
    public synchronized boolean awaitApplied(long beat, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (appliedBeat < beat) {
            long remaining = deadline - System.nanoTime();
            if (remaining <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, remaining);
        }
        return true;
    }

    /** The age of the oldest beat that has not arrived, or what the last one took; null before the first arrived. */
    public synchronized @Nullable Double lagSeconds() {
        if (!outstanding.isEmpty()) {
            long written = outstanding.values().iterator().next().writtenNanos();
            return (System.nanoTime() - written) / 1e9;
        }
        return anyApplied ? lastLatencyNanos / 1e9 : null;
    }

    /** The source's next transaction id when the last applied beat was written; null before the first arrived. */
    public synchronized @Nullable Long appliedHorizon() {
        return anyApplied ? appliedHorizon : null;
    }

    private Connection session() {
        Connection open = session;
        if (open == null) {
            open = source.open("heartbeat");
            session = open;
        }
        return open;
    }

    private void closeSession() {
        Connection open = session;
        session = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "closing the heartbeat's session", e);
            }
        }
    }

    @Override
    public synchronized void close() {
        closeSession();
    }
}
