package io.replicator.daemon;

import io.replicator.catalog.Table;
import io.replicator.change.Change;
import io.replicator.change.Tuple;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.snapshot.TouchedKeys;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the keys of changes that the stream passes over. The router's thread brings the changes and another one takes
 * the keys: it {@link #gatherAnew gathers anew} and, once the stream has gone far enough, {@link #takeOlder takes} what
 * was gathered before, so that a key that comes in between is in both. Thread-safe.
 */
final class PassedOverKeys implements Consumer<Change>, AutoCloseable {
    private final Database target;
    private final List<Table> tables;
    private final ChangedKeys changed = new ChangedKeys(this::add);
    private TouchedKeys keys;
    private @Nullable TouchedKeys newer;
    private @Nullable RuntimeException failure;

    PassedOverKeys(Database target, List<Table> tables) {
        this.target = target;
        this.tables = tables;
        tables.forEach(changed::expect);
        keys = open();
    }

    private TouchedKeys open() {
        TouchedKeys opened = TouchedKeys.open(target);
        try {
            tables.forEach(opened::expect);
            return opened;
        } catch (RuntimeException e) {
            try (opened) {
                throw e;
            }
        }
    }

    /** Takes no change any more once one could not be taken: that must not end the stream of the other tables. */
    @Override
    public synchronized void accept(Change change) {
        if (failure == null) {
            try {
                changed.take(change);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
    }

    private void add(Table table, Tuple tuple, int[] columns) {
        keys.add(table, tuple, columns);
        if (newer != null) {
            newer.add(table, tuple, columns);
        }
    }

    /** From here on, keys are gathered for the next round too. */
    void gatherAnew() {
        TouchedKeys opened = open();
        synchronized (this) {
            newer = opened;
        }
    }

    /** Takes all keys gathered so far; only those since {@link #gatherAnew} are kept. To be closed by the caller. */
    synchronized TouchedKeys takeOlder() {
        TouchedKeys older = all();
        if (newer == null) {
            throw new IllegalStateException("keys are not gathered anew");
        }
        keys = newer;
        newer = null;
        return older;
    }

    /** All keys, while the stream stands still. */
    synchronized TouchedKeys all() {
        if (failure != null) {
            throw new ReplicatorException(
                    ErrorCode.COPY_FAILED, "keys that changed meanwhile were not gathered: " + failure, failure);
        }
        keys.flush();
        return keys;
    }

    /** How many keys there are, about. */
    synchronized long count() {
        return keys.added();
    }

    /** Tables of which not every changed key could be learned, with the reason. */
    synchronized Map<Table, String> lost() {
        return changed.lost();
    }

    @Override
    public synchronized void close() {
        try (TouchedKeys _ = keys;
                TouchedKeys _ = newer) {
            failure = new IllegalStateException("keys are not gathered any more");
        }
    }
}
