package io.replicator.cli.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Merges two cursors in the order of their keys. Rows that are there several times must be there as often. */
final class RowComparison {
    private static final int SHOWN = 80;
    private static final int SHOWN_BEFORE = 20;

    private final String relation;
    private final Differences differences;

    RowComparison(String relation, Differences differences) {
        this.relation = relation;
        this.differences = differences;
    }

    /** Reads both cursors, which have been opened, to their ends. */
    void compare(RowCursor source, RowCursor target) throws SQLException {
        byte[] sourceKey = source.key();
        byte[] targetKey = target.key();
        while (sourceKey != null || targetKey != null) {
            int order = order(sourceKey, targetKey);
            if (order < 0) {
                differences.add(relation + ": row " + shown(sourceKey) + " is missing on the target");
            } else if (order > 0) {
                differences.add(relation + ": row " + shown(targetKey) + " is on the target only");
            } else {
                compareRows(sourceKey, source.row(), target.row());
            }
            if (order <= 0) {
                source.next();
                sourceKey = source.key();
            }
            if (order >= 0) {
                target.next();
                targetKey = target.key();
            }
        }
    }

    private void compareRows(byte @Nullable [] key, byte @Nullable [] source, byte @Nullable [] target) {
        int at = source == null || target == null ? -1 : Arrays.mismatch(source, target);
        if (at >= 0) {
            differences.add(relation + ": row " + shown(key) + " differs: source " + excerpt(source, at) + ", target "
                    + excerpt(target, at));
        }
    }

    /** The end comes after every key. */
    private static int order(byte @Nullable [] source, byte @Nullable [] target) {
        if (source == null) {
            return 1;
        }
        return target == null ? -1 : Arrays.compareUnsigned(source, target);
    }

    private static String shown(byte @Nullable [] key) {
        return excerpt(key, 0);
    }

    private static String excerpt(byte @Nullable [] text, int at) {
        if (text == null) {
            return "nothing";
        }
        int from = Math.max(0, at - SHOWN_BEFORE);
        int to = Math.min(text.length, from + SHOWN);
        return (from > 0 ? "…" : "") + new String(text, from, to - from, UTF_8) + (to < text.length ? "…" : "");
    }
}
