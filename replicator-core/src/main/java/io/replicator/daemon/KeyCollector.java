package io.replicator.daemon;

import io.replicator.capture.ChangeSink;
import io.replicator.catalog.Table;
import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.Relation;
import io.replicator.change.SourceTransaction;
import io.replicator.snapshot.TouchedKeys;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes the keys out of the changes that lie between two positions; whatever else they hold is passed over. */
final class KeyCollector implements ChangeSink {
    private final TouchedKeys keys;
    private final ChangedKeys changed;
    private final Position end;
    private final Runnable onEnd;
    private final Map<Integer, Position> since = new HashMap<>();
    private @Nullable SourceTransaction transaction;
    private boolean ended;

    /**
     * @param end transactions that it does not contain are not looked at
     * @param onEnd is run when every change before the end was seen
     */
    KeyCollector(TouchedKeys keys, Position end, Runnable onEnd) {
        this.keys = keys;
        this.changed = new ChangedKeys(keys::add);
        this.end = end;
        this.onEnd = onEnd;
    }

    /**
     * Has the keys of a table collected.
     *
     * @param from transactions that it contains are not looked at
     * @param start where the changes begin
     */
    void collect(Table table, Position from, Position start) {
        keys.expect(table);
        changed.expect(table);
        since.put(table.oid(), from);
        if (!from.reaches(start)) {
            changed.lose(table, "the stream begins behind the snapshot of its ranges");
        }
    }

    /** Tables of which not every changed key could be learned, with the reason. */
    Map<Table, String> lost() {
        return changed.lost();
    }

    @Override
    public boolean offer(Change change) {
        if (ended) {
            return true;
        }
        switch (change) {
            case Change.Begin begin -> {
                transaction = begin.transaction();
                if (!end.contains(begin.transaction())) {
                    end();
                }
            }
            case Change.Insert insert -> take(insert.relation(), change);
            case Change.Update update -> take(update.relation(), change);
            case Change.Delete delete -> take(delete.relation(), change);
            case Change.Truncate truncate -> truncate.relations().forEach(this::truncated);
            case Change.Idle idle -> {
                if (idle.position().reaches(end)) {
                    end();
                }
            }
            case Change.Commit _, Change.Upsert _, Change.Remove _, Change.Checkpoint _ -> {}
        }
        return true;
    }

    private void end() {
        ended = true;
        keys.flush();
        onEnd.run();
    }

    private void take(Relation relation, Change change) {
        if (isNew(relation)) {
            changed.take(change);
        }
    }

    private void truncated(Relation relation) {
        if (isNew(relation)) {
            changed.truncated(relation);
        }
    }

    private boolean isNew(Relation relation) {
        Position from = since.get(relation.oid());
        return from == null || !from.contains(Objects.requireNonNull(transaction, "a change is in a transaction"));
    }
}
