package io.replicator.apply;

import io.replicator.apply.NetChange.Operation;
import io.replicator.change.Change;
import io.replicator.change.Tuple;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The changes of one table in a batch: in the source's order, and reduced to one net change per key. Not thread-safe.
 *
 * <p>Within the net changes deletes are applied before updates before inserts: their keys are disjoint, so that any
 * order gives the same rows, and a key whose new spelling equals its old one (numeric 1.0 and 1.00) is free again when
 * it is inserted.
 */
final class TableChanges {
    private final TableMapping mapping;
    private final List<Change> ordered = new ArrayList<>();
    private final NetChanges net = new NetChanges();
    private boolean reducible;
    private long inserted;
    private long updated;
    private long deleted;

    TableChanges(TableMapping mapping) {
        this.mapping = mapping;
        this.reducible = mapping.hasKey();
    }

    TableMapping mapping() {
        return mapping;
    }

    List<Change> ordered() {
        return ordered;
    }

    /** Whether {@link #net} says all there is to say; otherwise only the order does. */
    boolean reducible() {
        return reducible;
    }

    List<NetChange> net() {
        return net.ordered();
    }

    long inserted() {
        return inserted;
    }

    long updated() {
        return updated;
    }

    long deleted() {
        return deleted;
    }

    void add(Change change) {
        ordered.add(change);
        switch (change) {
            case Change.Insert insert -> {
                inserted++;
                if (reducible) {
                    insert(insert.row());
                }
            }
            case Change.Update update -> {
                updated++;
                if (reducible) {
                    update(update);
                }
            }
            case Change.Delete delete -> {
                deleted++;
                if (reducible) {
                    delete(new RowKey(delete.old().tuple(), mapping.key()));
                }
            }
            case Change.Upsert upsert -> {
                updated++;
                if (reducible) {
                    observe(new RowKey(upsert.row(), mapping.key()), Operation.UPSERT, upsert.row());
                }
            }
            case Change.Remove remove -> {
                deleted++;
                if (reducible) {
                    observe(new RowKey(remove.key(), mapping.key()), Operation.REMOVE, null);
                }
            }
            case Change.Begin _, Change.Commit _, Change.Checkpoint _, Change.Truncate _, Change.Idle _ ->
                throw new IllegalArgumentException("not a row change: " + change);
        }
    }

    /** What a window saw last of a key counts. */
    private void observe(RowKey key, Operation operation, @Nullable Tuple row) {
        NetChange known = net.get(key);
        if (known == null) {
            net.add(new NetChange(key, operation, row));
        } else {
            known.become(operation, row);
        }
    }

    private void insert(Tuple row) {
        RowKey key = new RowKey(row, mapping.key());
        NetChange known = net.get(key);
        if (known == null) {
            net.add(new NetChange(key, Operation.INSERT, row));
            return;
        }
        switch (known.operation()) {
            case DELETE -> known.become(Operation.UPDATE, row);
            case NOTHING -> known.become(Operation.INSERT, row);
            case INSERT, UPDATE, UPSERT, REMOVE -> throw contradiction("inserted twice", key);
        }
    }

    private void update(Change.Update update) {
        Tuple row = update.row();
        Change.OldTuple old = update.old();
        if (old != null && old.complete()) {
            row = Tuples.merge(row, old.tuple());
        }
        RowKey newKey = new RowKey(row, mapping.key());
        RowKey oldKey = old == null ? newKey : new RowKey(old.tuple(), mapping.key());
        if (oldKey.equals(newKey)) {
            updateInPlace(newKey, row);
            return;
        }
        NetChange known = net.get(oldKey);
        if (known != null && (known.operation() == Operation.INSERT || known.operation() == Operation.UPDATE)) {
            row = Tuples.merge(row, known.row());
        }
        if (Tuples.hasUnchangedToast(row)) {
            reducible = false;
            net.clear();
            return;
        }
        delete(oldKey);
        insert(row);
    }

    private void updateInPlace(RowKey key, Tuple row) {
        NetChange known = net.get(key);
        if (known == null) {
            net.add(new NetChange(key, Operation.UPDATE, row));
            return;
        }
        switch (known.operation()) {
            case INSERT -> known.become(Operation.INSERT, Tuples.merge(row, known.row()));
            case UPDATE -> known.become(Operation.UPDATE, Tuples.merge(row, known.row()));
            case DELETE, NOTHING, UPSERT, REMOVE -> throw contradiction("updated after it was deleted", key);
        }
    }

    private void delete(RowKey key) {
        NetChange known = net.get(key);
        if (known == null) {
            net.add(new NetChange(key, Operation.DELETE, null));
            return;
        }
        switch (known.operation()) {
            case INSERT -> known.become(Operation.NOTHING, null);
            case UPDATE -> known.become(Operation.DELETE, null);
            case DELETE, NOTHING, UPSERT, REMOVE -> throw contradiction("deleted twice", key);
        }
    }

    private ReplicatorException contradiction(String what, RowKey key) {
        return new ReplicatorException(
                ErrorCode.PROTOCOL_VIOLATION,
                "row " + key.describe(mapping) + " of table " + mapping.relation() + " was " + what);
    }
}
