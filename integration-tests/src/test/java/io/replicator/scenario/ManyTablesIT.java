package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.replicator.postgres.PostgresTools;
import io.replicator.progress.Phase;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Sides;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A database of thousands of tables, on servers with the locks that they have by default. */
class ManyTablesIT {
    private static final long TABLES = Boolean.getBoolean("replicator.long") ? 5_000 : 2_500;
    private static final int PIECE = 500;
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @Test
    void movesThousandsOfTablesWithTheirSchema() throws SQLException {
        assumeTrue(
                PostgresTools.find(null).filter(tools -> tools.major() >= 15).isPresent(),
                "skipped: pg_dump and pg_restore 15 or newer are not installed");
        try (Sides sides = Sides.of(15, 17)) {
            for (int first = 0; first < TABLES; first += PIECE) {
                sides.source().execute("""
                        DO $$ BEGIN FOR n IN %d..%d LOOP
                            EXECUTE format('CREATE TABLE t%%s (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                                name text UNIQUE, other bigint)', n);
                            IF n %% 2 = 0 THEN
                                EXECUTE format('INSERT INTO t%%s (name, other) SELECT i, i FROM generate_series(1, 10) i', n);
                            END IF;
                        END LOOP; END $$""".formatted(first, first + PIECE - 1));
            }
            try (Daemon daemon = Daemon.start(sides.settings())) {
                daemon.awaitPhase(Phase.STREAMING, LIMIT);
                sides.source().execute("INSERT INTO t1 (name, other) VALUES ('later', 1)");
                sides.awaitApplied();
                sides.assertEqualRows();
            }
            assertThat(sides.target().number("SELECT sum(rows) FROM replicator.table_progress"))
                    .isEqualTo(TABLES / 2 * 10L);
            assertThat(sides.target()
                            .number("SELECT count(*) FROM pg_constraint WHERE contype IN ('p', 'u')"
                                    + " AND connamespace = 'public'::regnamespace"))
                    .isEqualTo(TABLES * 2L);
        }
    }
}
