package io.replicator.snapshot;

import io.replicator.postgres.QualifiedName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What was moved by copies that are not committed yet, readable from any thread. */
public final class CopyCounters {
    private final Map<QualifiedName, Moved> moving = new ConcurrentHashMap<>();

    /** Of one table, by all sessions that copy ranges of it. */
    public record Moved(long rows, long bytes) {
        public static final Moved NOTHING = new Moved(0, 0);

        private Moved plus(Moved other) {
            return new Moved(rows + other.rows, bytes + other.bytes);
        }
    }

    void add(QualifiedName table, long rows, long bytes) {
        moving.merge(table, new Moved(rows, bytes), Moved::plus);
    }

    void subtract(QualifiedName table, long rows, long bytes) {
        Moved less = new Moved(-rows, -bytes);
        moving.computeIfPresent(table, (_, moved) -> {
            Moved left = moved.plus(less);
            return left.bytes <= 0 ? null : left;
        });
    }

    /** The tables that are being copied. */
    public Map<QualifiedName, Moved> moving() {
        return Map.copyOf(moving);
    }
}
