package io.replicator.capture.trigger;

import io.replicator.postgres.QualifiedName;
import java.util.Map;

/** Remembers durably which tables have to be read whole, because changes of theirs may have escaped the triggers. */
public interface StaleTables {
    /** The tables with the reason for each. */
    Map<QualifiedName, String> stale();

    /** Remembers a table before its triggers are mended. */
    void mark(QualifiedName table, String reason);

    /** The target holds the table whole again. */
    void clear(QualifiedName table);
}
