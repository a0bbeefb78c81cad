package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.change.Relation;
import io.replicator.change.RelationColumn;
import io.replicator.change.Tuple;

/** Picks our heartbeat rows out of the stream; they are reported and not applied. */
final class Heartbeats {
    private final String migration;
    private long beat;
    private boolean pending;

    Heartbeats(String migration) {
        this.migration = migration;
    }

    /** Takes a change of the heartbeat table; false when it is one of another table. */
    boolean take(Relation relation, Change change) {
        if (!relation.name().schema().equals("replicator")
                || !relation.name().name().equals("heartbeat")) {
            return false;
        }
        Tuple row = switch (change) {
            case Change.Insert insert -> insert.row();
            case Change.Update update -> update.row();
            case Change.Upsert upsert -> upsert.row();
            default -> null;
        };
        if (row != null && row.text(column(relation, "migration")).equals(migration)) {
            beat = row.number(column(relation, "beat"));
            pending = true;
        }
        return true;
    }

    /** Whether a beat waits for its commit. */
    boolean pending() {
        return pending;
    }

    /** Takes the beat that waits for its commit; 0 when none does. */
    long taken() {
        long taken = pending ? beat : 0;
        pending = false;
        return taken;
    }

    private static int column(Relation relation, String name) {
        int index = 0;
        for (RelationColumn column : relation.columns()) {
            if (column.name().equals(name)) {
                return index;
            }
            index++;
        }
        throw new IllegalStateException("replicator.heartbeat has no column " + name);
    }
}
