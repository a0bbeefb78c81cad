package io.replicator.daemon;

import io.replicator.capture.Heartbeat;
import io.replicator.change.Position;
import io.replicator.change.TxidSnapshot;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.QualifiedName;
import io.replicator.progress.Migration;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.progress.TableProgress;
import io.replicator.progress.TableProgressStore;
import io.replicator.snapshot.CopyCounters;
import io.replicator.snapshot.LargeObjectCounters;
import io.replicator.status.StatusReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts the daemon's status together. Used by the monitor's thread alone. */
final class StatusAssembler {
    private static final long RETAINED_WARNING_BYTES = 10L << 30;

    private final Ends ends;
    private final LiveState live;
    private final CopyEstimate estimate = new CopyEstimate();
    private final Rate applyRate = new Rate();

    StatusAssembler(Ends ends, LiveState live) {
        this.ends = ends;
        this.live = live;
    }

    StatusReport assemble(OwnedMigration owned) {
        Migration migration = owned.migration();
        List<TableProgress> tables = owned.ask(
                "reading the progress of tables", (target, current) -> TableProgressStore.read(target, current.name()));
        return report(migration, tables, "running", 0.0);
    }

    private StatusReport report(Migration migration, List<TableProgress> tables, String daemon, double age) {
        StreamSession stream = live.stream();
        Position applied = stream == null ? null : stream.applied();
        live.warn(
                "copy",
                live.copyRate().held()
                        ? "the copy waits: copy.throttle_while finds the source under load, or has no answer"
                        : null);
        StatusReport.Lag lag = lag(stream, applied);
        return new StatusReport(
                migration.name(),
                migration.phase().word(),
                migration.phase().interrupts() ? migration.interrupted().word() : null,
                migration.capture(),
                daemon,
                age,
                applied == null ? null : applied.text(),
                lag,
                copy(migration, tables),
                apply(stream),
                live.verify(),
                warnings(live.warnings(), tables),
                migration.failure(),
                tables(tables, migration.effectivePhase(), live.copy().moving()));
    }

    private StatusReport.Lag lag(@Nullable StreamSession stream, @Nullable Position applied) {
        Heartbeat heartbeat = live.heartbeat();
        if (stream == null || heartbeat == null) {
            return StatusReport.Lag.UNKNOWN;
        }
        Double seconds = heartbeat.lagSeconds();
        try {
            SourceFigures source =
                    SourceFigures.read(ends.source(), ends.names().slot());
            live.warn("source", null);
            Long retained = source.retainedBytes();
            live.warn(
                    "retained",
                    retained != null && retained > RETAINED_WARNING_BYTES
                            ? "slot " + ends.names().slot() + " holds back " + (retained >> 20)
                                    + " MB of WAL on the source"
                            : null);
            return switch (applied) {
                case null ->
                    new StatusReport.Lag(seconds, null, null, stream.source().backlogRows());
                case Position.Wal(Lsn lsn) -> behindWal(source, lsn, heartbeat, seconds);
                case Position.Window(TxidSnapshot snapshot) ->
                    new StatusReport.Lag(
                            seconds,
                            null,
                            behind(source, snapshot.xmax()),
                            stream.source().backlogRows());
            };
        } catch (ReplicatorException e) {
            live.warn("source", "the source cannot be asked for its position: " + e.getMessage());
            return new StatusReport.Lag(seconds, null, null, stream.source().backlogRows());
        }
    }

    private static StatusReport.Lag behindWal(
            SourceFigures source, Lsn applied, Heartbeat heartbeat, @Nullable Double seconds) {
        long bytes = source.written().bytesSince(applied);
        Long horizon = heartbeat.appliedHorizon();
        Long transactions = bytes == 0 ? Long.valueOf(0) : horizon == null ? null : behind(source, horizon);
        return new StatusReport.Lag(seconds, bytes, transactions, null);
    }

    private static Long behind(SourceFigures source, long horizon) {
        return Math.max(0, source.nextTransaction() - horizon);
    }

    private StatusReport.Copy copy(Migration migration, List<TableProgress> tables) {
        Map<QualifiedName, CopyCounters.Moved> moving = live.copy().moving();
        Map<QualifiedName, CopyEstimate.Part> parts = new HashMap<>();
        long total = 0;
        long bytes = 0;
        int done = 0;
        for (TableProgress table : tables) {
            long copied = copiedBytes(table, moving);
            total += table.bytesTotal();
            bytes += copied;
            if (table.complete()) {
                done++;
            } else if (moving.containsKey(table.name())) {
                parts.put(table.name(), new CopyEstimate.Part(copied, table.bytesTotal()));
            }
        }
        boolean over = done == tables.size();
        Double eta = estimate.seconds(bytes, total, parts, live.indexBytes());
        if (over) {
            eta = migration.effectivePhase().compareTo(Phase.COPYING) > 0 ? Double.valueOf(0) : null;
        }
        return new StatusReport.Copy(bytes, total, done, tables.size(), eta, largeObjects());
    }

    private StatusReport.@Nullable LargeObjects largeObjects() {
        LargeObjectCounters.Passed passed = live.largeObjects().passed();
        return passed == null ? null : new StatusReport.LargeObjects(passed.done(), passed.total(), passed.bytes());
    }

    /** Bytes of COPY are not those of the table's files: an unfinished table is never shown as whole. */
    private static long copiedBytes(TableProgress table, Map<QualifiedName, CopyCounters.Moved> moving) {
        if (table.complete()) {
            return table.bytesTotal();
        }
        long moved =
                moving.getOrDefault(table.name(), CopyCounters.Moved.NOTHING).bytes();
        return Math.min(table.bytesTotal() - table.bytesTotal() / 100, table.bytes() + moved);
    }

    private StatusReport.Apply apply(@Nullable StreamSession stream) {
        if (stream == null) {
            return new StatusReport.Apply(0, 0, 0);
        }
        long rows = stream.statistics().rows();
        Double rate = applyRate.sample(rows);
        return new StatusReport.Apply(
                rate == null ? 0 : rate, rows, stream.statistics().transactions());
    }

    private static List<StatusReport.Table> tables(
            List<TableProgress> tables, Phase phase, Map<QualifiedName, CopyCounters.Moved> moving) {
        List<StatusReport.Table> reports = new ArrayList<>(tables.size());
        for (TableProgress table : tables) {
            reports.add(new StatusReport.Table(
                    table.name().toString(),
                    state(table, phase),
                    table.rows()
                            + moving.getOrDefault(table.name(), CopyCounters.Moved.NOTHING)
                                    .rows(),
                    copiedBytes(table, moving),
                    table.bytesTotal(),
                    table.inserted(),
                    table.updated(),
                    table.deleted(),
                    note(table)));
        }
        return reports;
    }

    private static String state(TableProgress table, Phase phase) {
        if (table.stale()) {
            return "stale";
        }
        if (table.joining()) {
            return "copying";
        }
        return table.complete() && phase.compareTo(Phase.COPYING) > 0
                ? "streaming"
                : table.state().word();
    }

    private static @Nullable String note(TableProgress table) {
        if (table.joining()) {
            return "is copied again while the other tables stream";
        }
        String reason = table.lastReason();
        return reason == null ? null : (table.stale() ? "being read again: " : "was read again: ") + reason;
    }

    private static List<String> warnings(List<String> live, List<TableProgress> tables) {
        List<String> warnings = new ArrayList<>(live);
        for (TableProgress table : tables) {
            if (table.stale()) {
                warnings.add("table " + table.name() + " is read again: " + table.lastReason());
            }
        }
        return warnings;
    }
}
