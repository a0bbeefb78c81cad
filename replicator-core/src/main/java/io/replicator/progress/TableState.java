package io.replicator.progress;

import java.util.Locale;

/** How far a table's bulk load is. */
public enum TableState {
    PENDING,
    COPIED;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static TableState ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
