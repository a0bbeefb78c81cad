package io.replicator.daemon;

import io.replicator.capture.ChangeSink;
import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.Relation;
import io.replicator.change.RelationColumn;
import io.replicator.change.ReplicaIdentity;
import io.replicator.change.SourceTransaction;
import io.replicator.change.Tuple;
import io.replicator.snapshot.TouchedKeys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Takes the keys out of the changes that lie between two positions; whatever else they hold is passed over. */
final class KeyCollector implements ChangeSink {
    private final TouchedKeys keys;
    private final Position end;
    private final Runnable onEnd;
    private final Map<Integer, Wanted> byOid = new HashMap<>();
    private @Nullable SourceTransaction transaction;
    private boolean ended;

    /**
     * @param end transactions that it does not contain are not looked at
     * @param onEnd is run when every change before the end was seen
     */
    KeyCollector(TouchedKeys keys, Position end, Runnable onEnd) {
        this.keys = keys;
        this.end = end;
        this.onEnd = onEnd;
    }

    /** A table and where its key's columns are in the relation that was described last. */
    private static final class Wanted {
        private final Table table;
        private final Position since;
        private @Nullable Relation relation;
        private int[] key = {};
        private @Nullable String lost;

        private Wanted(Table table, Position since) {
            this.table = table;
            this.since = since;
        }
    }

    /**
     * Has the keys of a table collected.
     *
     * @param since transactions that it contains are not looked at
     * @param start where the changes begin
     */
    void collect(Table table, Position since, Position start) {
        keys.expect(table);
        Wanted wanted = new Wanted(table, since);
        if (!since.reaches(start)) {
            wanted.lost = "the stream begins behind the snapshot of its ranges";
        }
        byOid.put(table.oid(), wanted);
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

    private void truncated(Relation relation) {
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
        for (int column : wanted.key) {
            if (tuple.kind(column) != Tuple.TEXT) {
                wanted.lost = "a change does not tell its key";
                return;
            }
        }
        keys.add(wanted.table, tuple, wanted.key);
    }

    private @Nullable Wanted wanted(Relation relation) {
        Wanted wanted = byOid.get(relation.oid());
        if (wanted == null
                || wanted.lost != null
                || wanted.since.contains(Objects.requireNonNull(transaction, "a change is in a transaction"))) {
            return null;
        }
        return wanted;
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
