package io.replicator.daemon;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.ControlSchema;
import io.replicator.progress.Migration;
import io.replicator.progress.MigrationStore;
import io.replicator.progress.OwnershipLock;
import io.replicator.progress.StatusBoard;
import io.replicator.status.Json;
import io.replicator.status.StatusReport;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a migration's status from the target, whether or not a daemon runs. */
public final class StatusReader {
    private static final Duration FRESH = Duration.ofSeconds(15);

    private StatusReader() {}

    public static StatusReport read(Database target, String name) {
        try (Connection session = target.open("status")) {
            if (!ControlSchema.isInstalled(session)) {
                return nothing(name);
            }
            Migration migration = MigrationStore.find(session, name);
            if (migration == null) {
                return nothing(name);
            }
            boolean running = OwnershipLock.isHeld(session, name);
            StatusBoard.Published published = StatusBoard.read(session, name);
            StatusReport last = published == null ? null : Json.read(published.json(), StatusReport.class);
            Duration age = published == null ? null : published.age();
            return merge(migration, running, last, age);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "reading the status from the target", e);
        }
    }

    private static StatusReport merge(
            Migration migration, boolean running, @Nullable StatusReport last, @Nullable Duration age) {
        boolean fresh = running && age != null && age.compareTo(FRESH) < 0;
        StatusReport base = last == null ? nothing(migration.name()) : last;
        return new StatusReport(
                migration.name(),
                migration.phase().word(),
                migration.phase().interrupts() ? migration.interrupted().word() : null,
                migration.capture(),
                running ? "running" : "down",
                age == null ? null : age.toMillis() / 1_000.0,
                base.position(),
                fresh ? base.lag() : StatusReport.Lag.UNKNOWN,
                fresh ? base.copy() : base.copy().withoutLargeObjects(),
                fresh
                        ? base.apply()
                        : new StatusReport.Apply(
                                0, base.apply().rows(), base.apply().transactions()),
                base.verify(),
                base.warnings(),
                migration.failure(),
                base.tables());
    }

    private static StatusReport nothing(String name) {
        return new StatusReport(
                name,
                null,
                null,
                null,
                "down",
                null,
                null,
                StatusReport.Lag.UNKNOWN,
                StatusReport.Copy.NOT_BEGUN,
                new StatusReport.Apply(0, 0, 0),
                StatusReport.Verify.NEVER,
                List.of(),
                null,
                List.of());
    }
}
