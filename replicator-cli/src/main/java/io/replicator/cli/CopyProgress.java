package io.replicator.cli;

import io.replicator.status.StatusReport;
import org.jspecify.annotations.Nullable;

/** How far the bulk load is. */
record CopyProgress(StatusReport.Copy copy) {
    boolean begun() {
        return copy.tablesTotal() > 0;
    }

    boolean complete() {
        return begun() && copy.tablesDone() >= copy.tablesTotal();
    }

    /** Whole percents, 100 only when every table is in. */
    int percent() {
        if (!begun()) {
            return 0;
        }
        if (complete()) {
            return 100;
        }
        double part = copy.bytesTotal() > 0
                ? (double) copy.bytesDone() / copy.bytesTotal()
                : (double) copy.tablesDone() / copy.tablesTotal();
        return (int) Math.clamp(100 * part, 0, 99);
    }

    String bar(int width) {
        int filled = width * percent() / 100;
        return "[" + "#".repeat(filled) + ".".repeat(width - filled) + "]";
    }

    String eta() {
        if (complete()) {
            return copy.etaSeconds() == null ? "rows done, indexes follow" : "done";
        }
        return "ETA " + Figures.seconds(copy.etaSeconds());
    }

    /** Null while none are copied. */
    @Nullable
    String largeObjects() {
        StatusReport.LargeObjects objects = copy.largeObjects();
        return objects == null
                ? null
                : Figures.count(objects.done()) + " of "
                        + Figures.count(objects.total(), "large object", "large objects") + ", "
                        + Figures.bytes(objects.bytes()) + " moved";
    }

    String amount() {
        return Figures.count(copy.tablesDone()) + " of "
                + Figures.count(copy.tablesTotal(), "table", "tables") + ", "
                + Figures.bytes(copy.bytesDone()) + " of " + Figures.bytes(copy.bytesTotal());
    }
}
