package io.replicator.daemon;

import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.change.Change;
import io.replicator.change.Relation;
import io.replicator.change.RelationColumn;
import io.replicator.change.ReplicaIdentity;
import io.replicator.change.Tuple;
import io.replicator.postgres.QualifiedName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes the keys out of changes of some tables. Nothing is guessed: where a change does not tell the key, its table is lost. */
final class ChangedKeys {
    private final Sink sink;
    private final Map<Integer, Wanted> byOid = new HashMap<>();
    private final Map<QualifiedName, Wanted> byName = new HashMap<>();

    /** Takes a key: the columns of a tuple that all have a value of the same form. */
    @FunctionalInterface
    interface Sink {
        void add(Table table, Tuple tuple, int[] columns);
    }

    /** A table and where its key's columns are in the relation that was described last. */
    private static final class Wanted {
        private final Table table;
        private @Nullable Relation relation;
        private int[] key = {};
        private @Nullable String lost;

        private Wanted(Table table) {
            this.table = table;
        }
    }

    ChangedKeys(Sink sink) {
        this.sink = sink;
    }

    /** Has the keys of a table taken, which must have one. */
    void expect(Table table) {
        Wanted wanted = new Wanted(table);
        byOid.put(table.oid(), wanted);
        byName.put(table.name(), wanted);
    }

    /** Gives up a table. */
    void lose(Table table, String reason) {
        Wanted wanted = byOid.get(table.oid());
        if (wanted != null && wanted.lost == null) {
            wanted.lost = reason;
        }
    }

    /** Tables of which not every changed key could be learned, with the reason. */
    Map<Table, String> lost() {
        Map<Table, String> lost = new HashMap<>();
        for (Wanted wanted : byOid.values()) {
            if (wanted.lost != null) {
                lost.put(wanted.table, wanted.lost);
            }
        }
        return lost;
    }

    void take(Change change) {
        switch (change) {
            case Change.Insert insert -> collect(insert.relation(), insert.row(), false);
            case Change.Update update -> {
                Change.OldTuple old = update.old();
                if (old != null) {
                    collect(update.relation(), old.tuple(), true);
                }
                collect(update.relation(), update.row(), true);
            }
            case Change.Delete delete -> collect(delete.relation(), delete.old().tuple(), true);
            case Change.Truncate truncate -> truncate.relations().forEach(this::truncated);
            case Change.Begin _, Change.Commit _, Change.Idle _, Change.Checkpoint _ -> {}
            case Change.Upsert _, Change.Remove _ ->
                throw new IllegalArgumentException("not a change of the write-ahead log: " + change);
        }
    }

    void truncated(Relation relation) {
        Wanted wanted = wanted(relation);
        if (wanted != null) {
            wanted.lost = "it was truncated";
        }
    }

    /** @param replaces whether a row was there before, whose key the change tells only as the replica identity says */
    private void collect(Relation relation, Tuple tuple, boolean replaces) {
        Wanted wanted = wanted(relation);
        if (wanted == null) {
            return;
        }
        if (wanted.relation != relation) {
            wanted.relation = relation;
            wanted.key = columns(wanted.table, relation);
        }
        if (wanted.key.length == 0 || (replaces && !identifies(relation, wanted.key))) {
            wanted.lost = "its replica identity was another one";
            return;
        }
        byte form = tuple.kind(wanted.key[0]);
        for (int column : wanted.key) {
            if (!tuple.hasValue(column) || tuple.kind(column) != form) {
                wanted.lost = "a change does not tell its key";
                return;
            }
        }
        sink.add(wanted.table, tuple, wanted.key);
    }

    private @Nullable Wanted wanted(Relation relation) {
        Wanted wanted = byOid.get(relation.oid());
        if (wanted == null) {
            Wanted replaced = byName.get(relation.name());
            if (replaced != null) {
                replaced.lost = "another table has its name";
            }
            return null;
        }
        return wanted.lost == null ? wanted : null;
    }

    private static int[] columns(Table table, Relation relation) {
        Key key = Objects.requireNonNull(table.key(), "a table with a key");
        List<String> names = new ArrayList<>();
        relation.columns().forEach(column -> names.add(column.name()));
        int[] columns = new int[key.columns().size()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = names.indexOf(key.columns().get(i));
            if (columns[i] < 0) {
                return new int[0];
            }
        }
        return columns;
    }

    private static boolean identifies(Relation relation, int[] key) {
        if (relation.identity() == ReplicaIdentity.FULL) {
            return true;
        }
        for (int column : key) {
            RelationColumn described = relation.columns().get(column);
            if (!described.partOfIdentity()) {
                return false;
            }
        }
        return true;
    }
}
