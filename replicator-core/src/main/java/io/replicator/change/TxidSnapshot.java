package io.replicator.change;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The transactions a snapshot sees, with 64-bit ids (PostgreSQL documentation, section 9.27 "Transaction ID and Snapshot
 * Information Functions").
 *
 * @param xmin all ids below are finished
 * @param xmax all ids from here on had not begun
 * @param text the server's text form {@code xmin:xmax:running}
 */
public record TxidSnapshot(long xmin, long xmax, String text) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,19}):(\\d{1,19}):(\\d{1,19}(,\\d{1,19})*)?");

    public static TxidSnapshot parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a transaction snapshot: " + text);
        }
        return new TxidSnapshot(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)), text);
    }

    /** Whether this snapshot was taken at the same time as the other one of the same server, or later. */
    public boolean reaches(TxidSnapshot other) {
        return xmin >= other.xmin && xmax >= other.xmax;
    }
}
