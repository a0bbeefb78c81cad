package io.replicator.status;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of a migration. Serialized to JSON in snake case; the names are a public interface.
 *
 * @param phase the phase's word; null when the target holds no such migration
 * @param interruptedPhase the phase that {@code paused} or {@code failed} interrupts, else null
 * @param daemon {@code running}, {@code down} or {@code unknown}
 * @param ageSeconds how old the figures are; null when there are none
 * @param error why the migration failed
 */
public record StatusReport(
        String name,
        @Nullable String phase,
        @Nullable String interruptedPhase,
        @Nullable String capture,
        String daemon,
        @Nullable Double ageSeconds,
        @Nullable String position,
        Lag lag,
        Copy copy,
        Apply apply,
        Verify verify,
        List<String> warnings,
        @Nullable String error,
        List<Table> tables) {
    public StatusReport {
        warnings = List.copyOf(warnings);
        tables = List.copyOf(tables);
    }

    /**
     * How far the target is behind, in three measures; each null when unknown.
     *
     * @param bytes of write-ahead log, under capture {@code wal}
     * @param rows of change logs as last counted, under capture {@code trigger}, instead of bytes
     */
    public record Lag(
            @Nullable Double seconds,
            @Nullable Long bytes,
            @Nullable Long transactions,
            @Nullable Long rows) {
        public static final Lag UNKNOWN = new Lag(null, null, null, null);
    }

    /**
     * @param etaSeconds until rows and indexes are there; null when unknown, as before the first percent
     * @param largeObjects null while none are copied
     */
    public record Copy(
            long bytesDone,
            long bytesTotal,
            int tablesDone,
            int tablesTotal,
            @Nullable Double etaSeconds,
            @Nullable LargeObjects largeObjects) {
        public static final Copy NOT_BEGUN = new Copy(0, 0, 0, 0, null, null);

        /** The same, as nobody copies any now. */
        public Copy withoutLargeObjects() {
            return new Copy(bytesDone, bytesTotal, tablesDone, tablesTotal, etaSeconds, null);
        }
    }

    /**
     * The copy of large objects, which comes behind that of the rows.
     *
     * @param done how many are as on the source
     * @param bytes that were written so far, twice where a lost session's work is done again
     */
    public record LargeObjects(long done, long total, long bytes) {}

    public record Apply(double rowsPerSecond, long rows, long transactions) {}

    /** @param state {@code never}, {@code equal}, {@code different} or {@code not_comparable} */
    public record Verify(
            String state,
            @Nullable String level,
            @Nullable String at,
            @Nullable Long differences) {
        public static final Verify NEVER = new Verify("never", null, null, null);
    }

    /**
     * @param rows copied by the bulk load, those included that are being copied; the other counts are changes applied since
     * @param bytes of the source's table that are copied, about
     * @param bytesTotal the table's size on the source when it was listed
     * @param note what the operator should know, such as why the table was read again; else null
     */
    public record Table(
            String name,
            String state,
            long rows,
            long bytes,
            long bytesTotal,
            long inserted,
            long updated,
            long deleted,
            @Nullable String note) {}
}
