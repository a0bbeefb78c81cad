package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What cannot be applied stops the migration, says why, and is applied once the operator has mended it. */
class ApplyFailureIT {
    private Sides sides;
    private Settings settings;

    @BeforeEach
    void createBothSides() throws SQLException {
        sides = Sides.of(17, 18);
        sides.execute(
                "CREATE TABLE items (id integer PRIMARY KEY, value text)",
                "CREATE TABLE others (id integer PRIMARY KEY, value text)");
        sides.source().execute("INSERT INTO items SELECT n, 'v' FROM generate_series(1, 10) AS n");
        settings = sides.settings().existingSchema();
    }

    @AfterEach
    void dropBothSides() throws SQLException {
        sides.close();
    }

    @Test
    void stopsWhenATableIsMissing() throws SQLException {
        assertStoppedAndMended(
                ErrorCode.TABLE_MISSING,
                "public.others",
                () -> {
                    sides.target().execute("DROP TABLE others");
                    sides.source().execute("INSERT INTO others VALUES (1, 'first'), (2, 'second')");
                },
                () -> sides.target().execute("CREATE TABLE others (id integer PRIMARY KEY, value text)"));
    }

    @Test
    void stopsWhenATableIsDroppedUnderTheStream() throws SQLException {
        assertStoppedAndMended(
                ErrorCode.TABLE_MISSING,
                "public.others",
                () -> {
                    sides.source().execute("INSERT INTO others VALUES (1, 'first')");
                    sides.assertEqualRows();
                    sides.target().execute("ALTER TABLE others RENAME TO hidden");
                    sides.source().execute("UPDATE others SET value = 'changed'");
                },
                () -> sides.target().execute("ALTER TABLE hidden RENAME TO others"));
    }

    @Test
    void stopsWhenAColumnIsMissing() throws SQLException {
        assertStoppedAndMended(
                ErrorCode.SCHEMA_FAILED,
                "column colour of table public.items is missing on the target",
                () -> sides.source()
                        .execute("ALTER TABLE items ADD COLUMN colour text", "UPDATE items SET colour = 'red'"),
                () -> sides.target().execute("ALTER TABLE items ADD COLUMN colour text"));
    }

    @Test
    void stopsWhenAnUpdatedRowIsMissing() throws SQLException {
        applyInOneLane();
        assertStoppedAndMended(
                ErrorCode.ROW_MISSING,
                "table public.items: 2 of 5 rows to update are not on the target: (id=7), (id=9)",
                () -> {
                    sides.target().execute("DELETE FROM items WHERE id IN (7, 9)");
                    sides.source().execute("UPDATE items SET value = 'changed' WHERE id > 5");
                },
                () -> sides.target().execute("INSERT INTO items VALUES (7, 'v'), (9, 'v')"));
    }

    @Test
    void stopsWhenADeletedRowIsMissing() throws SQLException {
        applyInOneLane();
        assertStoppedAndMended(
                ErrorCode.ROW_MISSING,
                "table public.items: 1 of 5 rows to delete are not on the target: (id=7)",
                () -> {
                    sides.target().execute("DELETE FROM items WHERE id = 7");
                    sides.source().execute("DELETE FROM items WHERE id > 5");
                },
                () -> sides.target().execute("INSERT INTO items VALUES (7, 'v')"));
    }

    @Test
    void namesRowsThatALargeUpdateMisses() throws SQLException {
        assertLargeGroupNames(
                "table public.others: 4 of 3000 rows to update are not on the target: (id=70), (id=700), (id=701), …",
                "UPDATE others SET value = 'changed'");
    }

    @Test
    void namesRowsThatALargeDeleteMisses() throws SQLException {
        assertLargeGroupNames(
                "table public.others: 4 of 3000 rows to delete are not on the target: (id=70), (id=700), (id=701), …",
                "DELETE FROM others");
    }

    private void assertLargeGroupNames(String named, String change) throws SQLException {
        applyInOneLane();
        sides.source().execute("INSERT INTO others SELECT n, 'v' FROM generate_series(1, 3000) AS n");
        assertStoppedAndMended(
                ErrorCode.ROW_MISSING,
                named,
                () -> {
                    sides.target().execute("DELETE FROM others WHERE id IN (70, 700, 701, 2999)");
                    sides.source().execute(change);
                },
                () -> sides.target()
                        .execute("INSERT INTO others SELECT n, 'v' FROM unnest(ARRAY[70, 700, 701, 2999]) AS n"));
    }

    @Test
    void namesTheMissingRowWhereTheOrderOfChangesMatters() throws SQLException {
        sides.execute("ALTER TABLE items ADD rank integer UNIQUE");
        sides.source().execute("UPDATE items SET rank = id");
        assertStoppedAndMended(
                ErrorCode.ROW_MISSING,
                "table public.items: the changed row (id=7) is not on the target",
                () -> {
                    sides.target().execute("DELETE FROM items WHERE id = 7");
                    sides.source()
                            .transaction(
                                    "UPDATE items SET rank = 100 WHERE id = 1",
                                    "UPDATE items SET rank = 1 WHERE id = 2",
                                    "UPDATE items SET rank = 2 WHERE id = 1",
                                    "UPDATE items SET value = 'changed' WHERE id > 5");
                },
                () -> sides.target().execute("INSERT INTO items VALUES (7, 'v', 7)"));
    }

    @Test
    void stopsWhenAnInsertedRowIsThereAlready() throws SQLException {
        assertStoppedAndMended(
                ErrorCode.APPLY_FAILED,
                "public.items",
                () -> {
                    sides.target().execute("INSERT INTO items VALUES (11, 'by hand')");
                    sides.source().execute("INSERT INTO items VALUES (11, 'by the application')");
                },
                () -> sides.target().execute("DELETE FROM items WHERE id = 11"));
    }

    @Test
    void namesTheOneRowAmongManyThatCannotBeApplied() throws SQLException {
        assertStoppedAndMended(
                ErrorCode.APPLY_FAILED,
                "table public.others, row (id=77): ERROR: new row for relation \"others\" violates check constraint \"short\"",
                () -> {
                    sides.target().execute("ALTER TABLE others ADD CONSTRAINT short CHECK (length(value) < 10)");
                    sides.source()
                            .transaction(
                                    "INSERT INTO others SELECT n, 'v' FROM generate_series(1, 76) AS n",
                                    "UPDATE items SET value = 'changed'",
                                    "INSERT INTO others VALUES (77, 'much too long')",
                                    "INSERT INTO others SELECT n, 'v' FROM generate_series(78, 150) AS n");
                },
                () -> sides.target().execute("ALTER TABLE others DROP CONSTRAINT short"));
    }

    @Test
    void namesTheOneRowOfALargeGroupThatCannotBeApplied() throws SQLException {
        assertStoppedAndMended(
                ErrorCode.APPLY_FAILED,
                "table public.others, row (id=4321): ERROR: new row for relation \"others\" violates check constraint",
                () -> {
                    sides.target().execute("ALTER TABLE others ADD CONSTRAINT no CHECK (value <> 'v4321')");
                    sides.source().execute("INSERT INTO others SELECT n, 'v' || n FROM generate_series(1, 9000) AS n");
                },
                () -> sides.target().execute("ALTER TABLE others DROP CONSTRAINT no"));
    }

    /** So that all rows are in one group. */
    private void applyInOneLane() {
        settings = settings.with("apply", "{ lanes: 1 }");
    }

    @FunctionalInterface
    private interface Work {
        void run() throws SQLException;
    }

    private void assertStoppedAndMended(ErrorCode code, String named, Work harm, Work mend) throws SQLException {
        try (Daemon daemon = Daemon.streaming(settings)) {
            harm.run();
            assertFailed(daemon, code, named);
        }
        try (Daemon again = Daemon.start(settings)) {
            assertFailed(again, code, named);
        }
        mend.run();
        try (Daemon _ = Daemon.streaming(settings)) {
            sides.assertEqualRows();
        }
    }

    private static void assertFailed(Daemon daemon, ErrorCode code, String named) {
        ReplicatorException failure = daemon.awaitFailure();
        assertThat(failure.code()).as(failure::getMessage).isEqualTo(code);
        assertThat(failure).hasMessageContaining(named);
        StatusReport status = daemon.replicator().status();
        assertThat(status.phase()).isEqualTo(Phase.FAILED.word());
        assertThat(status.interruptedPhase()).isEqualTo(Phase.STREAMING.word());
        assertThat(status.error()).contains(named);
    }
}
