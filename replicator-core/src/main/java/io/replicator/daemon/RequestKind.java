package io.replicator.daemon;

import java.util.Locale;

/** What the command line can ask the daemon for. */
public enum RequestKind {
    VERIFY,
    CUTOVER,
    PAUSE,
    RESUME,
    THROTTLE,
    RESYNC;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static RequestKind ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
