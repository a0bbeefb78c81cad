package io.replicator.progress;

import io.replicator.postgres.QualifiedName;
import org.jspecify.annotations.Nullable;

/**
 * What the target holds of a table.
 *
 * @param startPosition the table's rows contain every transaction before this position and none after it; null while
 *     pending
 * @param filenode the source's file at the time the table was listed
 * @param rows rows copied by the bulk load
 * @param bytes bytes copied by the bulk load
 * @param bytesTotal the table's size on the source when it was listed
 * @param stale whether the table has to be read whole again, because changes may have escaped its triggers
 * @param lastReason why it is or was the last time; null when it never was
 * @param joining whether it is copied again while the stream passes over its changes; whatever was copied of it, it is
 *     not complete before it has joined the stream again
 */
public record TableProgress(
        QualifiedName name,
        TableState state,
        @Nullable String startPosition,
        long filenode,
        long rows,
        long bytes,
        long bytesTotal,
        long inserted,
        long updated,
        long deleted,
        boolean stale,
        @Nullable String lastReason,
        boolean joining) {
    /** Whether its rows, with the changes that the stream brings, are those of the source. */
    public boolean complete() {
        return state == TableState.COPIED && !joining;
    }
}
