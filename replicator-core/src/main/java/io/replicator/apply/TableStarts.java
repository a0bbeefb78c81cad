package io.replicator.apply;

import io.replicator.change.Position;
import io.replicator.postgres.QualifiedName;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From which position on each table takes changes: its bulk load contains everything before. Tables loaded under one
 * snapshot share theirs; a table that had to be loaded again later has its own.
 */
public record TableStarts(Map<QualifiedName, Position> positions) {
    public TableStarts {
        positions = Map.copyOf(positions);
    }

    /** The table's start; null for a table that was not there when the migration began. */
    public @Nullable Position start(QualifiedName table) {
        return positions.get(table);
    }

    /** The last of all starts, from where on the target is as the source was; null when there are no tables. */
    public @Nullable Position last() {
        Position last = null;
        for (Position position : positions.values()) {
            last = last == null || position.reaches(last) ? position : last;
        }
        return last;
    }
}
