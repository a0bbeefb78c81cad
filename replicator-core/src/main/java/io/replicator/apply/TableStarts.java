package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.postgres.QualifiedName;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * From which position on each table takes changes: its bulk load contains everything before. Tables loaded under one
 * snapshot share theirs; a table that had to be loaded again later has its own. A table that is loaded while the stream
 * goes on has none yet and takes no changes until it joins.
 *
 * <p>Thread-safe. Tables leave and join while the lanes stand still at a barrier.
 */
public final class TableStarts {
    private volatile State state;
    private volatile @Nullable Consumer<Change> passedOver;

    private record State(Map<QualifiedName, Position> positions, Set<QualifiedName> joining) {
        private State {
            positions = Map.copyOf(positions);
            joining = Set.copyOf(joining);
        }
    }

    public TableStarts(Map<QualifiedName, Position> positions) {
        this(positions, Set.of());
    }

    /** @param joining tables that take no changes, whether or not they have a position */
    public TableStarts(Map<QualifiedName, Position> positions, Set<QualifiedName> joining) {
        state = new State(positions, joining);
    }

    /** The table's start; null for a table that was not there when the migration began. */
    public @Nullable Position start(QualifiedName table) {
        return state.positions.get(table);
    }

    /** Whether a target that has applied up to a position is as the source once was, but for the joining tables. */
    public boolean reachedBy(@Nullable Position applied) {
        return state.positions.values().stream().allMatch(start -> applied != null && applied.reaches(start));
    }

    /** The tables that take no changes. */
    public Set<QualifiedName> joining() {
        return state.joining;
    }

    /** Has the changes of tables passed over from here on. */
    public void leave(Collection<QualifiedName> tables) {
        Set<QualifiedName> joining = new HashSet<>(state.joining);
        joining.addAll(tables);
        state = new State(state.positions, joining);
    }

    /** Has tables take the changes behind a position. */
    public void join(Collection<QualifiedName> tables, Position position) {
        Map<QualifiedName, Position> positions = new HashMap<>(state.positions);
        Set<QualifiedName> joining = new HashSet<>(state.joining);
        for (QualifiedName table : tables) {
            positions.put(table, position);
            joining.remove(table);
        }
        state = new State(positions, joining);
    }

    /** @param listener is given, by the router's thread, every change that is passed over; null for nobody */
    public void passOverTo(@Nullable Consumer<Change> listener) {
        passedOver = listener;
    }

    /** Whether a change of a table is passed over. */
    boolean passesOver(QualifiedName table, Change change) {
        if (state.joining.isEmpty() || !state.joining.contains(table)) {
            return false;
        }
        Consumer<Change> listener = passedOver;
        if (listener != null) {
            listener.accept(change);
        }
        return true;
    }
}
