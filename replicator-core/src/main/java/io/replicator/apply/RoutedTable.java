package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.change.Tuple;

/** A table with the lanes its rows go to. */
final class RoutedTable {
    private final TableMapping mapping;
    private final KeySpread spread;
    private final int[] columns;
    private final int lanes;

    RoutedTable(TableMapping mapping, KeySpread spread, int lanes) {
        this.mapping = mapping;
        this.spread = spread;
        this.columns = spread.indexes(mapping);
        this.lanes = lanes;
    }

    TableMapping mapping() {
        return mapping;
    }

    KeySpread spread() {
        return spread;
    }

    /** The lane of the row with the key that a tuple holds. */
    int lane(Tuple tuple) {
        if (lanes == 1) {
            return 0;
        }
        return columns.length == 0
                ? KeySpread.lane(mapping.relation().name(), lanes)
                : KeySpread.lane(mapping, columns, tuple, lanes);
    }

    /** The lane of the row as it was before a change. */
    int laneBefore(Change.Update update, int laneAfter) {
        Change.OldTuple old = update.old();
        return old == null ? laneAfter : lane(old.tuple());
    }
}
