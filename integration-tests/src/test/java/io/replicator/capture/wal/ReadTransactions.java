package io.replicator.capture.wal;

import io.replicator.capture.ChangeSink;
import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.Relation;
import io.replicator.change.Tuple;
import io.replicator.postgres.Lsn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Takes whole changes down as lines; a line of a transaction's end has the position behind it. */
final class ReadTransactions implements ChangeSink {
    private final List<String> lines = new ArrayList<>();
    private final Set<Relation> relations = new HashSet<>();
    private final Runnable atEachCommit;
    private volatile Lsn end = Lsn.ZERO;
    private long commits;

    ReadTransactions(Runnable atEachCommit) {
        this.atEachCommit = atEachCommit;
    }

    @Override
    public boolean offer(Change change) {
        switch (change) {
            case Change.Begin(var transaction) -> lines.add("begin " + transaction.xid());
            case Change.Commit(Position.Wal(Lsn position)) -> {
                end = position;
                commits++;
                lines.add("commit " + position);
                atEachCommit.run();
            }
            case Change.Insert insert -> {
                relations.add(insert.relation());
                lines.add("insert " + insert.relation() + row(insert.row()));
            }
            case Change.Update update ->
                lines.add("update " + update.relation()
                        + (update.old() == null ? "" : row(update.old().tuple()) + " to") + row(update.row()));
            case Change.Delete delete ->
                lines.add("delete " + delete.relation() + row(delete.old().tuple()));
            case Change.Truncate truncate -> lines.add("truncate " + truncate.relations());
            case Change.Idle _ -> {}
            default -> throw new AssertionError("no change of a slot: " + change);
        }
        return true;
    }

    private static String row(Tuple tuple) {
        StringBuilder row = new StringBuilder();
        for (int column = 0; column < tuple.columnCount(); column++) {
            row.append(' ').append((char) tuple.kind(column));
            if (tuple.hasValue(column)) {
                int start = tuple.valueOffset(column);
                row.append(HexFormat.of()
                        .formatHex(Arrays.copyOfRange(tuple.buffer(), start, start + tuple.valueLength(column))));
            }
        }
        return row.toString();
    }

    List<String> lines() {
        return lines;
    }

    /** The tables' descriptions that inserts came with, by instance. */
    Set<Relation> relations() {
        return relations;
    }

    /** Behind the last whole transaction. */
    Lsn end() {
        return end;
    }

    long commits() {
        return commits;
    }
}
