package io.replicator.daemon;

import io.replicator.config.CaptureMode;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.ControlSchema;
import io.replicator.progress.Migration;
import io.replicator.progress.MigrationStore;
import io.replicator.progress.OwnedMigration;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which way of capture a migration takes, and why. A migration that began keeps its way; {@code auto} takes the
 * write-ahead log when a logical slot can really be created.
 */
public record CaptureChoice(String word, String reason) {
    /** The creation of a slot waits for running transactions, but begins only where a slot may be had. */
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(3);

    private static final String WAL = "wal";
    private static final String TRIGGER = "trigger";

    /**
     * Decides; creates and drops a temporary slot when it has to probe.
     *
     * @param copyOnly whether nothing is to be captured at all
     */
    public static CaptureChoice decide(Ends ends, boolean copyOnly) {
        CaptureMode wanted = ends.config().capture();
        String begun = begun(ends);
        if (begun != null && copyOnly != begun.equals(NoCapture.WORD)) {
            throw new ReplicatorException(
                    ErrorCode.STATE_MISMATCH,
                    "migration '" + ends.config().name() + "' began "
                            + (copyOnly
                                    ? "with capture " + begun + ": go on without --copy-only"
                                    : "with --copy-only: go on with it, or teardown and start again"));
        }
        if (copyOnly) {
            return new CaptureChoice(NoCapture.WORD, "--copy-only");
        }
        if (begun != null) {
            if (wanted != CaptureMode.AUTO && !word(wanted).equals(begun)) {
                throw new ReplicatorException(
                        ErrorCode.STATE_MISMATCH,
                        "migration '" + ends.config().name() + "' began with capture " + begun
                                + ", the configuration says " + word(wanted));
            }
            return new CaptureChoice(begun, "the migration began with it");
        }
        return wanted == CaptureMode.AUTO ? probe(ends) : new CaptureChoice(word(wanted), "the configuration says so");
    }

    static Capture of(Ends ends, OwnedMigration owned) {
        return switch (owned.migration().capture()) {
            case NoCapture.WORD -> new NoCapture(ends);
            case TRIGGER -> new TriggerCapture(ends, owned);
            default -> new WalCapture(ends, () -> owned.migration().ownerEpoch());
        };
    }

    private static String word(CaptureMode mode) {
        return mode == CaptureMode.TRIGGER ? TRIGGER : WAL;
    }

    private static @Nullable String begun(Ends ends) {
        try (Connection target = ends.target().open("capture choice")) {
            if (!ControlSchema.isInstalled(target)) {
                return null;
            }
            Migration migration = MigrationStore.find(target, ends.config().name());
            return migration == null ? null : migration.capture();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "reading the state from the target", e);
        }
    }

    private static void requireReachable(Ends ends) {
        try (Connection source = ends.source().open("capture choice")) {
            source.getMetaData();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "asking the source", e);
        }
    }

    /** As {@code word}, for the checks. */
    public CaptureMode mode() {
        return word.equals(TRIGGER) ? CaptureMode.TRIGGER : CaptureMode.WAL;
    }

    private static CaptureChoice probe(Ends ends) {
        requireReachable(ends);
        String slot = ends.names().slot() + "_probe_" + ProcessHandle.current().pid();
        try (Connection replication = ends.source().openReplication("probe")) {
            SlotCreation.createWithin(PROBE_LIMIT, ends.source(), replication, slot);
            return new CaptureChoice(WAL, "a logical replication slot could be created on the source");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicatorException(ErrorCode.INTERRUPTED, "interrupted while probing the source", e);
        } catch (ReplicatorException e) {
            if (e.code() == ErrorCode.NOT_COMPARABLE) {
                return new CaptureChoice(
                        WAL, "a logical replication slot can be created, when transactions end on the source");
            }
            return new CaptureChoice(TRIGGER, "no logical replication slot can be had: " + e.getMessage());
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "probing the source", e);
        }
    }
}
