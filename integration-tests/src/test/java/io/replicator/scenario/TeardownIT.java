package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** What a teardown leaves behind. */
class TeardownIT {
    private static final String ROWS_OF = """
            SELECT count(*) FROM (
                SELECT migration FROM replicator.lane UNION ALL SELECT migration FROM replicator.table_progress
                UNION ALL SELECT migration FROM replicator.lane_counter UNION ALL SELECT migration FROM replicator.status
                UNION ALL SELECT name FROM replicator.migration) r WHERE migration = ?""";

    @Test
    void leavesTheRowsOfAnotherMigrationIntoTheSameTarget() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute("CREATE TABLE shop (id integer PRIMARY KEY)");
            Settings settings = sides.settings().existingSchema();
            try (Daemon _ = Daemon.streaming(settings)) {
                sides.source().execute("INSERT INTO shop VALUES (1)");
                sides.assertEqualRows();
                sides.target()
                        .execute("INSERT INTO replicator.migration SELECT (m).* FROM (SELECT jsonb_populate_record("
                                + "m, '{\"name\": \"other\"}') AS m FROM replicator.migration m) AS copied");
            }
            try (Replicator replicator = new Replicator(settings.config())) {
                replicator.teardown(false);
            }
            assertThat(sides.target().number(ROWS_OF, settings.name())).isZero();
            assertThat(sides.target().number(ROWS_OF, "other")).isEqualTo(1);
        }
    }
}
