package io.replicator.capture.wal;

import io.replicator.capture.DurablePosition;
import io.replicator.change.Position;
import io.replicator.postgres.Lsn;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/**
 * Tells walsenders up to where the target holds everything for certain: every second, so that none of them takes us for dead,
 * and soon when that has moved. Belongs to the thread that reads.
 */
final class Acknowledgement {
    private static final long NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long EARLY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final DurablePosition durable;
    private Lsn position;
    private long sentAt = System.nanoTime();

    /** @param position what the target holds now */
    Acknowledgement(Lsn position, DurablePosition durable) {
        this.position = position;
        this.durable = durable;
    }

    /** What was told last. */
    Lsn position() {
        return position;
    }

    boolean isDue() {
        long waited = System.nanoTime() - sentAt;
        return waited >= NANOS || (waited >= EARLY_NANOS && position.isBefore(lsn(durable.durable())));
    }

    void send(SlotStream stream) throws SQLException {
        position = position.max(lsn(durable.durable()));
        stream.acknowledge(position);
        sentAt = System.nanoTime();
    }

    static Lsn lsn(Position position) {
        return switch (position) {
            case Position.Wal(Lsn lsn) -> lsn;
            case Position.Window window -> throw new IllegalArgumentException("not a WAL position: " + window);
        };
    }
}
