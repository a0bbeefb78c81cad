package io.replicator.apply;

import io.replicator.change.Tuple;
import org.jspecify.annotations.Nullable;

/** What happens to one key in a batch, all in all. Mutable, owned by its {@link TableChanges}. */
final class NetChange {
    /** The net operations. */
    enum Operation {
        INSERT,
        UPDATE,
        DELETE,
        /** Inserted and deleted again. */
        NOTHING,
        /** Insert or replace, whatever is there. */
        UPSERT,
        /** Delete, if it is there. */
        REMOVE
    }

    private final RowKey key;
    private Operation operation;
    private @Nullable Tuple row;

    NetChange(RowKey key, Operation operation, @Nullable Tuple row) {
        this.key = key;
        this.operation = operation;
        this.row = row;
    }

    RowKey key() {
        return key;
    }

    Operation operation() {
        return operation;
    }

    boolean hasRow() {
        return row != null;
    }

    /** The new row, for INSERT, UPDATE and UPSERT. */
    Tuple row() {
        Tuple current = row;
        if (current == null) {
            throw new IllegalStateException(operation + " has no row");
        }
        return current;
    }

    /** What its values are taken from: the new row, or the key of one that goes. */
    Tuple carrier() {
        Tuple current = row;
        return current == null ? key.tuple() : current;
    }

    void become(Operation next, @Nullable Tuple nextRow) {
        operation = next;
        row = nextRow;
    }
}
