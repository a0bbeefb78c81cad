package io.replicator.verify;

import io.replicator.postgres.Side;
import io.replicator.verify.Reading.Figures;
import io.replicator.verify.Reading.Unreadable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A table whose two readings come in, each from the thread that reads that side. */
final class PendingTable {
    private static final int SHOWN_CHARACTERS = 100;

    private final TableQueries queries;
    private volatile @Nullable Reading source;
    private volatile @Nullable Reading target;

    PendingTable(TableQueries queries) {
        this.queries = queries;
    }

    String query(Side side) {
        return side == Side.SOURCE ? queries.onSource() : queries.onTarget();
    }

    void answer(Side side, Reading reading) {
        if (side == Side.SOURCE) {
            source = reading;
        } else {
            target = reading;
        }
    }

    /** Compares what came in; a missing answer is never taken for an equal one. */
    TableComparison comparison() {
        List<String> differences = new ArrayList<>(queries.structure());
        Reading fromSource = source;
        Reading fromTarget = target;
        if (fromSource instanceof Figures ours && fromTarget instanceof Figures theirs) {
            compare(ours, theirs, differences);
        } else if (differences.isEmpty()) {
            differences.add(TableComparison.NOT_COMPARED + unreadable(fromSource, fromTarget));
        }
        return new TableComparison(queries.table().name(), rows(fromSource), rows(fromTarget), differences);
    }

    private void compare(Figures ours, Figures theirs, List<String> differences) {
        if (ours.rows() != theirs.rows()) {
            differences.add("rows: " + ours.rows() + " on the source, " + theirs.rows() + " on the target");
        }
        for (int index = 0; index < queries.figures().size(); index++) {
            String figure = queries.figures().get(index);
            String our = ours.values().get(index);
            String their = theirs.values().get(index);
            if (our.equals(their)) {
                continue;
            }
            if (!figure.equals(TableQueries.CHECKSUM)) {
                differences.add(
                        figure + ": " + shortened(our) + " on the source, " + shortened(their) + " on the target");
            } else if (differences.isEmpty()) {
                differences.add("content: as many rows on both sides, but not the same");
            }
        }
    }

    private static String unreadable(@Nullable Reading source, @Nullable Reading target) {
        List<String> reasons = new ArrayList<>();
        if (source instanceof Unreadable(String reason)) {
            reasons.add("source: " + reason);
        }
        if (target instanceof Unreadable(String reason)) {
            reasons.add("target: " + reason);
        }
        return reasons.isEmpty() ? "not read" : String.join("; ", reasons);
    }

    private static @Nullable Long rows(@Nullable Reading reading) {
        return reading instanceof Figures figures ? (Long) figures.rows() : null;
    }

    private static String shortened(String value) {
        return value.length() <= SHOWN_CHARACTERS ? value : value.substring(0, SHOWN_CHARACTERS) + "…";
    }
}
