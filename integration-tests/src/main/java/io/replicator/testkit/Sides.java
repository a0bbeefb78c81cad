package io.replicator.testkit;

import io.replicator.apply.LaneFleet;
import io.replicator.change.Position;
import io.replicator.cli.demo.ComparisonOptions;
import io.replicator.cli.demo.ComparisonResult;
import io.replicator.cli.demo.DatabaseComparison;
import io.replicator.progress.LaneProgress;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Both ends of one scenario: two databases that are dropped at its end, and the settings of a migration between them. */
public record Sides(TestDatabase source, TestDatabase target, Settings settings) implements AutoCloseable {
    private static final Duration APPLY_LIMIT = Duration.ofSeconds(60);

    /** Two empty databases on servers that other scenarios use too. */
    public static Sides of(int sourceMajor, int targetMajor) {
        return between(Servers.source(sourceMajor), Servers.target(targetMajor));
    }

    public static Sides between(TestDatabase source, TestDatabase target) {
        return new Sides(source, target, Settings.of(source, target));
    }

    /** Runs statements on both sides. */
    public void execute(String... statements) throws SQLException {
        source.execute(statements);
        target.execute(statements);
    }

    /** Starts the daemon in this JVM for tables that are on both sides. */
    public Daemon startWithExistingSchema() {
        return Daemon.start(settings.existingSchema());
    }

    public ComparisonResult compare(ComparisonOptions options) throws SQLException {
        try (Connection left = source.connection();
                Connection right = target.connection()) {
            return DatabaseComparison.compare(left, right, options);
        }
    }

    /** Waits until the target holds what the source had committed before the call. */
    public void awaitApplied() throws SQLException {
        String applied = position();
        if (applied != null && applied.contains(":")) {
            awaitWindow();
            return;
        }
        String written = Objects.requireNonNull(source.text("SELECT pg_current_wal_lsn()"));
        Await.until("the target has applied everything up to " + written, APPLY_LIMIT, () -> {
            String position = position();
            return position != null && "t".equals(target.text("SELECT ?::pg_lsn >= ?::pg_lsn", position, written));
        });
    }

    /** Under capture {@code trigger} a position is a snapshot; the number of a new transaction is what it has to see. */
    private void awaitWindow() throws SQLException {
        long transaction = source.number("SELECT txid_current()");
        Await.until("the target has applied a window with transaction " + transaction, APPLY_LIMIT, () -> {
            String position = position();
            return position != null
                    && "t"
                            .equals(target.text(
                                    "SELECT txid_visible_in_snapshot(?::bigint, ?::txid_snapshot)",
                                    transaction,
                                    position));
        });
    }

    /** Waits until the target has applied everything, and compares the rows of all tables. */
    public void assertEqualRows() throws SQLException {
        awaitApplied();
        compare(ComparisonOptions.rowsOnly()).assertEqual();
    }

    /** Waits until the rows of all tables are equal. */
    public void awaitEqualRows() {
        awaitEqualRows(APPLY_LIMIT);
    }

    /** Waits until the rows of all tables are equal. */
    public void awaitEqualRows(Duration limit) {
        Await.untilAsserted(
                "both sides are equal",
                limit,
                () -> compare(ComparisonOptions.rowsOnly()).assertEqual());
    }

    /** Waits until no session of a daemon that was killed is left on the target: what it was committing has ended, too. */
    public void awaitNoDaemon() {
        Await.until(
                "the killed daemon's sessions have ended",
                APPLY_LIMIT,
                () -> target.number("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'replicator%'"
                                + " AND datname = current_database()")
                        == 0);
    }

    /** What all lanes on the target have durably applied; null before the stream was prepared. */
    public @Nullable String position() throws SQLException {
        SortedMap<Integer, Position> positions = new TreeMap<>();
        try (Connection session = target.connection()) {
            LaneProgress.read(session, settings.name())
                    .forEach((lane, text) -> positions.put(lane, Position.parse(text)));
        }
        return positions.isEmpty() ? null : LaneFleet.first(positions).text();
    }

    @Override
    public void close() throws SQLException {
        try {
            source.drop();
        } finally {
            target.drop();
        }
    }
}
