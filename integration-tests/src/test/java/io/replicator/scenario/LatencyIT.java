package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.testkit.Daemon;
import io.replicator.testkit.FaultProxy;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are far away. */
class LatencyIT {
    private static final int TABLES = 30;
    private static final int ROUNDS = 20;

    private Sides sides;
    private FaultProxy toSource;
    private FaultProxy toTarget;

    @BeforeEach
    void createBothSides() throws SQLException {
        sides = Sides.of(17, 18);
        for (int table = 0; table < TABLES; table++) {
            sides.execute(
                    "CREATE TABLE t" + table + " (id integer PRIMARY KEY, value text, at timestamptz DEFAULT now())");
        }
        toSource = FaultProxy.before(sides.source().server().address());
        toTarget = FaultProxy.before(sides.target().server().address());
    }

    @AfterEach
    void dropBothSides() throws SQLException {
        toSource.close();
        toTarget.close();
        sides.close();
    }

    private Settings settings(String capture) {
        return sides.settings()
                .existingSchema()
                .source(toSource.url(sides.source()))
                .target(toTarget.url(sides.target()))
                .with("capture", capture)
                .with("apply", "{ lanes: 1 }");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wal", "trigger"})
    void sendsTheStatementsOfManyTablesTogether(String capture) throws SQLException {
        try (Daemon _ = Daemon.streaming(settings(capture))) {
            touchAllTables(1);
            sides.assertEqualRows();
            touchAllTables(2);
            sides.assertEqualRows();
            toTarget.forgetRoundTrips();
            touchAllTables(3);
            sides.assertEqualRows();
            assertThat(toTarget.mostRoundTrips())
                    .as("round trips for 90 statements")
                    .isBetween(1, TABLES - 1);
        }
    }

    /** One transaction that inserts into, updates and deletes from every table. */
    private void touchAllTables(int round) throws SQLException {
        List<String> statements = new ArrayList<>();
        for (int table = 0; table < TABLES; table++) {
            statements.add("INSERT INTO t" + table + " SELECT n, 'new' FROM generate_series(" + round * 10 + ", "
                    + (round * 10 + 9) + ") AS n");
            statements.add("UPDATE t" + table + " SET value = 'round " + round + "' WHERE id % 3 = 0");
            statements.add("DELETE FROM t" + table + " WHERE id % 5 = 1");
        }
        sides.source().transaction(statements.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({"wal, 20", "wal, 80", "trigger, 20", "trigger, 80"})
    void keepsUpWithServersFarAway(String capture, int roundTripMillis) throws SQLException {
        try (Daemon _ = Daemon.streaming(settings(capture))) {
            toSource.delay(Duration.ofMillis(roundTripMillis / 2));
            toTarget.delay(Duration.ofMillis(roundTripMillis / 2));
            for (int round = 1; round <= ROUNDS; round++) {
                touchAllTables(round);
            }
            sides.assertEqualRows();
        }
    }
}
