package io.replicator.cli;

import io.replicator.status.StatusReport;
import java.util.List;

/** Fixed reports for the tests of views. */
final class Reports {
    private static final StatusReport.Copy HALF = new StatusReport.Copy(126_000_000, 387_000_000, 3, 11, 130.4, null);
    private static final StatusReport.Copy ALL = new StatusReport.Copy(387_000_000, 387_000_000, 11, 11, 0.0, null);
    private static final StatusReport.Copy LARGE_OBJECTS = new StatusReport.Copy(
            387_000_000, 387_000_000, 11, 11, null, new StatusReport.LargeObjects(12_500, 40_000, 1_468_006));

    private Reports() {}

    static StatusReport copying() {
        return report("copying", null, "running", 0.4, StatusReport.Lag.UNKNOWN, HALF, null, List.of());
    }

    static StatusReport copyingLargeObjects() {
        return report("copying", null, "running", 0.4, StatusReport.Lag.UNKNOWN, LARGE_OBJECTS, null, List.of());
    }

    static StatusReport streaming() {
        return streaming("running", 0.4);
    }

    static StatusReport streaming(String daemon, Double age) {
        return report(
                "streaming", null, daemon, age, new StatusReport.Lag(0.2, 1_468_006L, 12L, null), ALL, null, List.of());
    }

    static StatusReport paused() {
        return report("paused", "streaming", "running", 0.4, StatusReport.Lag.UNKNOWN, ALL, null, List.of());
    }

    static StatusReport switched() {
        return report("switched", null, "down", 7_200.0, StatusReport.Lag.UNKNOWN, ALL, null, List.of());
    }

    static StatusReport warned() {
        return report(
                "streaming",
                null,
                "running",
                0.4,
                new StatusReport.Lag(95.0, null, 1L, null),
                ALL,
                null,
                List.of("slot replicator_shop holds back 12,000 MB of WAL on the source, and the disk has a limit"));
    }

    static StatusReport failed() {
        return report(
                "failed",
                "streaming",
                "down",
                61.0,
                StatusReport.Lag.UNKNOWN,
                ALL,
                "public.orders: inserting key (42): duplicate key value violates unique constraint \"orders_number\""
                        + " (SQLSTATE 23505) → remove the cause on the target, then start the daemon again: nothing"
                        + " was skipped",
                List.of());
    }

    static StatusReport verified(StatusReport.Verify verify) {
        StatusReport base = streaming();
        return new StatusReport(
                base.name(),
                base.phase(),
                base.interruptedPhase(),
                base.capture(),
                base.daemon(),
                base.ageSeconds(),
                base.position(),
                base.lag(),
                base.copy(),
                base.apply(),
                verify,
                base.warnings(),
                base.error(),
                base.tables());
    }

    static StatusReport absent(String daemon, String error) {
        return new StatusReport(
                "shop",
                null,
                null,
                null,
                daemon,
                null,
                null,
                StatusReport.Lag.UNKNOWN,
                StatusReport.Copy.NOT_BEGUN,
                new StatusReport.Apply(0, 0, 0),
                StatusReport.Verify.NEVER,
                List.of(),
                error,
                List.of());
    }

    private static StatusReport report(
            String phase,
            String interrupted,
            String daemon,
            Double age,
            StatusReport.Lag lag,
            StatusReport.Copy copy,
            String error,
            List<String> warnings) {
        return new StatusReport(
                "shop",
                phase,
                interrupted,
                "wal",
                daemon,
                age,
                phase.equals("copying") ? null : "0/1E7D518",
                lag,
                copy,
                new StatusReport.Apply(1_240.4, 1_532_221, 12_443),
                phase.equals("copying")
                        ? StatusReport.Verify.NEVER
                        : new StatusReport.Verify("equal", "bounds", "2026-01-31T12:00:00.123456Z", 0L),
                warnings,
                error,
                List.of(
                        new StatusReport.Table(
                                "public.customers", "streaming", 1_204_331, 90_000_000, 90_000_000, 12, 3, 0, null),
                        new StatusReport.Table(
                                "warehouse.a_table_whose_name_is_longer_than_its_column",
                                "pending",
                                31_204_331,
                                0,
                                5_000_000_000L,
                                1,
                                2_000_000_000_000L,
                                9_999_999,
                                null)));
    }
}
