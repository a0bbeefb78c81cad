package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.DaemonProcess;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is on the target before the load: indexes and foreign keys that go and come back, and rows. */
class ExistingSchemaLoadIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String[] TABLES = {
        "CREATE TABLE large (id int PRIMARY KEY, code text, v int, filler text)",
        "CREATE TABLE child (id int PRIMARY KEY, large_id int, code text)",
        "CREATE TABLE parts (id int, large_id int, PRIMARY KEY (id)) PARTITION BY RANGE (id)",
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (1000)",
        "CREATE TABLE slow (id int PRIMARY KEY, v text)"
    };
    private static final String[] INDEXES = {
        "CREATE INDEX \"by v; odd\" ON large (v, lower(code)) WHERE v > 0",
        "COMMENT ON INDEX \"by v; odd\" IS 'it''s; odd'",
        "ALTER TABLE large ADD CONSTRAINT large_code UNIQUE (code) INCLUDE (v)",
        "COMMENT ON CONSTRAINT large_code ON large IS 'codes'",
        "CREATE INDEX parts_large ON parts (large_id)",
        "ALTER TABLE child ADD CONSTRAINT to_large FOREIGN KEY (large_id) REFERENCES large ON DELETE CASCADE",
        "ALTER TABLE child ADD CONSTRAINT to_code FOREIGN KEY (code) REFERENCES large (code) DEFERRABLE",
        "ALTER TABLE parts ADD CONSTRAINT from_parts FOREIGN KEY (large_id) REFERENCES large"
    };
    private static final String[] ROWS = {
        "INSERT INTO large SELECT n, 'c' || n, n % 10, repeat('x', 100) FROM generate_series(1, 20000) AS n",
        "INSERT INTO child SELECT n, n, 'c' || n FROM generate_series(1, 500) AS n",
        "INSERT INTO parts SELECT n, n FROM generate_series(1, 500) AS n",
        "INSERT INTO slow VALUES (1, 'v')"
    };
    private static final String DEFINITIONS = """
            SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
                SELECT pg_get_indexdef(i.indexrelid) || ' ' || i.indisvalid
                       || coalesce(' ' || obj_description(i.indexrelid, 'pg_class'), '')
                FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                WHERE c.relnamespace = 'public'::regnamespace
                UNION ALL
                SELECT format('%s %s %s %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid),
                              obj_description(k.oid, 'pg_constraint'))
                FROM pg_constraint k
                WHERE k.connamespace = 'public'::regnamespace AND k.contype IN ('p', 'u', 'f')) AS lines (line)""";
    private static final String DROPPED = """
            SELECT count(*) = 0 FROM (
                SELECT FROM pg_constraint WHERE conname IN ('to_large', 'to_code', 'from_parts', 'large_code')
                UNION ALL SELECT FROM pg_class WHERE relname = 'by v; odd') AS left_over""";

    @Test
    void restoresIndexesAndForeignKeysAfterDyingBetween() throws SQLException {
        try (Sides sides = filled()) {
            String before = definitions(sides);
            Settings settings = sides.settings().existingSchema().with("capture", "wal");
            try (Replicator asked = new Replicator(settings.config());
                    Connection writer = sides.source().connection();
                    Statement statement = writer.createStatement()) {
                writer.setAutoCommit(false);
                statement.execute("SELECT txid_current()");
                try (DaemonProcess daemon =
                        DaemonProcess.start("-c", settings.file().toString(), "run")) {
                    Await.until("the indexes are dropped, and the slot waits for the writer", LIMIT, () -> {
                        assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
                        return dropped(sides);
                    });
                    daemon.kill();
                }
                writer.rollback();
                assertThat(dropped(sides)).isTrue();
                try (DaemonProcess daemon =
                        DaemonProcess.start("-c", settings.file().toString(), "run")) {
                    Await.until("it streams", LIMIT, () -> {
                        assertThat(daemon.isAlive()).as(daemon.tails()).isTrue();
                        return Phase.STREAMING.word().equals(asked.status().phase());
                    });
                    sides.assertEqualRows();
                    assertThat(definitions(sides)).isEqualTo(before);
                    assertThat(
                                    sides.target()
                                            .number(
                                                    "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"))
                            .isZero();
                    assertThat(
                                    sides.target()
                                            .number(
                                                    "SELECT count(*) FROM pg_class WHERE relname = 'large' AND reltuples = 20000"))
                            .isOne();
                }
            }
        }
    }

    /** A lock on the target keeps one table from being copied. */
    @Test
    void buildsTheIndexesOfATableWhileOthersAreCopied() throws SQLException {
        try (Sides sides = filled();
                Connection session = sides.target().connection();
                Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute("LOCK TABLE slow IN SHARE MODE");
            try (Daemon daemon = Daemon.start(sides.settings().existingSchema())) {
                Await.until(
                        "the index is dropped and built again while the copy waits",
                        LIMIT,
                        () -> "t"
                                        .equals(sides.target()
                                                .text("SELECT to_regclass('replicator.schema_entry') IS NOT NULL"))
                                && sides.target()
                                                .number("SELECT count(*) FROM replicator.schema_entry"
                                                        + " WHERE name = 'public.by v; odd' AND done_at IS NOT NULL")
                                        == 1);
                assertThat(sides.target().text("SELECT state FROM replicator.table_progress WHERE table_name = 'slow'"))
                        .isEqualTo("pending");
                session.rollback();
                daemon.awaitPhase(Phase.STREAMING);
                sides.assertEqualRows();
            }
        }
    }

    @Test
    void refusesRowsThatAreThereUnlessTheyMayBeRemoved() throws SQLException {
        try (Sides sides = filled()) {
            String before = definitions(sides);
            sides.target()
                    .execute("INSERT INTO large VALUES (-1, 'mine', 1)", "INSERT INTO child VALUES (-1, -1, 'mine')");
            Settings settings = sides.settings().existingSchema();
            try (Daemon daemon = Daemon.start(settings)) {
                assertThat(daemon.awaitFailure())
                        .hasMessageContaining("rows are in 2 tables")
                        .hasMessageContaining("public.large")
                        .hasMessageContaining("truncate: true");
            }
            assertThat(definitions(sides)).isEqualTo(before);
            try (Daemon daemon = Daemon.streaming(settings.with("schema", "{ mode: existing, truncate: true }"))) {
                sides.assertEqualRows();
                assertThat(definitions(sides)).as("%s", daemon).isEqualTo(before);
            }
        }
    }

    @Test
    void teardownBringsBackWhatWasDropped() throws SQLException {
        try (Sides sides = filled();
                Connection session = sides.target().connection();
                Statement statement = session.createStatement()) {
            String before = definitions(sides);
            session.setAutoCommit(false);
            statement.execute("LOCK TABLE slow IN SHARE MODE");
            try (Daemon daemon = Daemon.start(sides.settings().existingSchema())) {
                Await.until(
                        "foreign keys are dropped",
                        LIMIT,
                        () -> sides.target().number("SELECT count(*) FROM pg_constraint WHERE conname = 'to_large'")
                                == 0);
                assertThat(daemon.isAlive()).isTrue();
            }
            session.rollback();
            sides.target().execute("TRUNCATE large, child, parts, slow");
            try (Replicator replicator =
                    new Replicator(sides.settings().existingSchema().config())) {
                replicator.teardown(false);
            }
            assertThat(definitions(sides)).isEqualTo(before);
        }
    }

    private static Sides filled() throws SQLException {
        Sides sides = Sides.of(15, 17);
        sides.execute(TABLES);
        sides.target().execute(INDEXES);
        sides.source().execute(ROWS);
        return sides;
    }

    private static boolean dropped(Sides sides) throws SQLException {
        return "t".equals(sides.target().text(DROPPED));
    }

    private static @Nullable String definitions(Sides sides) throws SQLException {
        return sides.target().text(DEFINITIONS);
    }
}
