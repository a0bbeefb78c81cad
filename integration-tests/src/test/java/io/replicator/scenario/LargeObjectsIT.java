package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.Replicator;
import io.replicator.cutover.CutoverEvent;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.progress.Phase;
import io.replicator.status.StatusReport;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.DaemonProcess;
import io.replicator.testkit.Roles;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Large objects keep oid and contents, though neither logical decoding nor triggers see them. */
class LargeObjectsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration BUDGET = Duration.ofSeconds(60);
    private static final int SMALL = 1_200;

    private static final String CREATE = "CREATE TABLE document (id int PRIMARY KEY, file oid)";

    private static final String[] FILL = {
        "SELECT lo_create(100001)",
        "SELECT lo_from_bytea(100002, '\\x00')",
        "SELECT lo_from_bytea(100003, decode(string_agg(md5(n::text), ''), 'hex')) FROM generate_series(0, 327680) AS n",
        "SELECT lo_create(100004)",
        "SELECT lo_put(100004, 20971520, '\\x01')",
        "SELECT count(lo_from_bytea((200000 + n)::oid, n::text::bytea)) FROM generate_series(1, " + SMALL + ") AS n",
        "INSERT INTO document SELECT row_number() OVER (), oid FROM pg_largeobject_metadata"
    };

    @ParameterizedTest(name = "{0} from {1} to {2}")
    @CsvSource({"wal, 15, 17, rds", "trigger, 10, 15, plain"})
    void whatChangedAfterTheLoadArrivesByTheCutover(String capture, int sourceMajor, int targetMajor, String role)
            throws SQLException {
        try (Sides sides = Sides.of(sourceMajor, targetMajor)) {
            sides.execute(CREATE);
            sides.target().execute("SELECT lo_from_bytea(300001, 'stood here before')");
            TestDatabase source = role.equals("rds") ? Roles.rds(sides.source()) : Roles.heroku(sides.source());
            TestDatabase target = role.equals("rds") ? Roles.rds(sides.target()) : Roles.plain(sides.target());
            source.execute(FILL);
            Settings settings = sides.settings()
                    .existingSchema()
                    .source(source.url())
                    .target(target.url())
                    .with("capture", capture);
            try (Daemon daemon = Daemon.streaming(settings)) {
                String loaded = contents(sides.source());
                assertThat(contents(sides.target())).isEqualTo(loaded);
                source.execute(
                        "SELECT lo_put(100002, 0, 'longer than one byte')",
                        "SELECT lo_truncate(lo_open(100003, 131072), 3000000)",
                        "SELECT lo_put(100004, 10485760, 'in the hole')",
                        "SELECT lo_from_bytea(400001, 'came later')",
                        "INSERT INTO document VALUES (0, 400001)",
                        "DELETE FROM document WHERE file = 200001",
                        "SELECT lo_unlink(200001)");
                CutoverResult dryRun = daemon.replicator().cutover(new CutoverOptions(BUDGET, true), _ -> {});
                assertThat(dryRun.failedStep()).as("%s", dryRun).isNull();
                assertThat(detail(dryRun, "large_objects")).contains("1 of them new, 3 changed, 1 removed");
                assertThat(contents(sides.target())).isEqualTo(loaded);

                CutoverResult result = daemon.replicator().cutover(new CutoverOptions(BUDGET, false), _ -> {});

                assertThat(result.switched()).as("%s", result).isTrue();
                assertThat(detail(result, "align_objects")).contains("0 of them new, 0 changed, 0 removed");
            }
            assertThat(contents(sides.target())).isEqualTo(contents(sides.source()));
            assertThat(sides.target().text("SELECT convert_from(lo_get(300001), 'UTF8')"))
                    .isEqualTo("stood here before");
            assertThat(sides.target()
                            .number("SELECT count(*) FROM document JOIN pg_largeobject_metadata m ON m.oid = file"))
                    .isEqualTo(SMALL + 4);
        }
    }

    /** Behind the first pass, so that only the fence's own can bring it. */
    @Test
    void whatChangedJustBeforeTheFenceArrivesToo() throws SQLException, IOException {
        Path gone = Files.createTempDirectory("replicator-large-objects-").resolve("changed");
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(CREATE);
            sides.source().execute(FILL);
            Settings settings = sides.settings()
                    .existingSchema()
                    .with("cutover", "{ hooks: { before: ['while [ ! -e " + gone + " ]; do sleep 0.05; done'] } }");
            try (Daemon daemon = Daemon.streaming(settings)) {
                CutoverResult result = daemon.replicator().cutover(new CutoverOptions(BUDGET, false), event -> {
                    if (event.step().equals("hook_before") && event.state().equals("started")) {
                        change(sides.source());
                        create(gone);
                    }
                });
                assertThat(result.switched()).as("%s", result).isTrue();
                assertThat(detail(result, "align_objects")).contains("1 of them new, 1 changed, 1 removed");
            }
            assertThat(contents(sides.target())).isEqualTo(contents(sides.source()));
        } finally {
            Files.deleteIfExists(gone);
            Files.deleteIfExists(gone.getParent());
        }
    }

    @Test
    void refusesACutoverWhoseBudgetAPassWouldSpend() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(CREATE);
            sides.source().execute(FILL);
            try (Daemon daemon = Daemon.streaming(sides.settings().existingSchema())) {
                CutoverResult result =
                        daemon.replicator().cutover(new CutoverOptions(Duration.ofMillis(1), false), _ -> {});

                assertThat(result.switched()).isFalse();
                assertThat(result.failedStep()).isEqualTo("large_objects");
                assertThat(result.reason()).contains("more than half of the budget");
            }
        }
    }

    @Test
    void leavesAnotherObjectWithTheSameOidAlone() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(CREATE);
            sides.source().execute("SELECT lo_from_bytea(100001, 'a')", "SELECT lo_from_bytea(100002, 'b')");
            try (Daemon daemon = Daemon.streaming(sides.settings().existingSchema())) {
                sides.source().execute("SELECT lo_from_bytea(100003, 'of the source')");
                sides.target().execute("SELECT lo_from_bytea(100003, 'of the target')");
                CutoverResult refused = daemon.replicator().cutover(new CutoverOptions(BUDGET, false), _ -> {});
                assertThat(refused.failedStep()).isEqualTo("large_objects");
                assertThat(refused.reason()).contains("100003");
                assertThat(sides.target().text("SELECT convert_from(lo_get(100003), 'UTF8')"))
                        .isEqualTo("of the target");
                sides.target().execute("SELECT lo_unlink(100003)");
                CutoverResult result = daemon.replicator().cutover(new CutoverOptions(BUDGET, false), _ -> {});
                assertThat(result.switched()).as("%s", result).isTrue();
            }
            assertThat(contents(sides.target())).isEqualTo(contents(sides.source()));
        }
    }

    /** An uncommitted large object on the target keeps the load from ending, until this session is rolled back. */
    private static Connection fillAndHoldTheLast(Sides sides) throws SQLException {
        sides.execute(CREATE);
        sides.source().execute(FILL);
        Connection session = sides.target().connection();
        try (Statement statement = session.createStatement()) {
            session.setAutoCommit(false);
            statement.execute("SELECT lo_create(" + (200_000 + SMALL) + ")");
        }
        return session;
    }

    @Test
    void doesNotCopyTwiceWhatWasFinishedBeforeTheDaemonDied() throws SQLException {
        try (Sides sides = Sides.of(15, 17);
                Connection session = fillAndHoldTheLast(sides)) {
            Settings settings = sides.settings().existingSchema();
            try (DaemonProcess daemon =
                    DaemonProcess.start("-c", settings.file().toString(), "run")) {
                Await.until(
                        "the load waits for the last large object, and the others are there",
                        LIMIT,
                        () -> sides.target()
                                                .number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type ="
                                                        + " 'Lock' AND query LIKE '%lo_create%' AND datname ="
                                                        + " current_database()")
                                        > 0
                                && sides.target().number("SELECT count(*) FROM replicator.large_object") > SMALL / 2);
                daemon.kill();
                session.rollback();
            }
            sides.awaitNoDaemon();
            try (Replicator asked = new Replicator(settings.config())) {
                assertThat(asked.status().copy().largeObjects()).isNull();
            }
            String finished = sides.target().text("SELECT string_agg(object::text, ',') FROM replicator.large_object");
            String written = "SELECT string_agg(xmin::text, ',' ORDER BY loid, pageno) FROM pg_largeobject"
                    + " WHERE loid = ANY (('{" + finished + "}')::oid[])";
            String before = sides.target().text(written);
            try (Replicator asked = new Replicator(settings.config());
                    DaemonProcess daemon =
                            DaemonProcess.start("-c", settings.file().toString(), "run")) {
                Await.until(
                        "the migration streams",
                        LIMIT,
                        () -> Phase.STREAMING.word().equals(asked.status().phase()));
                daemon.terminate();
                daemon.awaitExit(LIMIT);
            }
            assertThat(sides.target().text(written)).isEqualTo(before);
            assertThat(contents(sides.target())).isEqualTo(contents(sides.source()));
        }
    }

    @Test
    void statusTellsHowFarTheirCopyIs() throws SQLException {
        try (Sides sides = Sides.of(15, 17);
                Connection session = fillAndHoldTheLast(sides);
                Daemon daemon = Daemon.start(sides.settings().existingSchema())) {
            Await.untilAsserted("the status tells of large objects", LIMIT, () -> {
                StatusReport.LargeObjects copied =
                        daemon.replicator().status().copy().largeObjects();
                assertThat(copied).isNotNull();
                assertThat(copied.total()).isEqualTo(SMALL + 4);
                assertThat(copied.done()).isBetween(SMALL / 2L, SMALL + 3L);
                assertThat(copied.bytes()).isPositive();
            });
            session.rollback();
            daemon.awaitPhase(Phase.STREAMING);
            Await.until(
                    "the status tells of none any more",
                    LIMIT,
                    () -> daemon.replicator().status().copy().largeObjects() == null);
        }
    }

    @Test
    void copyOnlyCopiesThemWithTheRightToReadAlone() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(CREATE);
            sides.source().execute(FILL);
            String reader = "reader_" + sides.source().name();
            sides.source()
                    .execute(
                            "CREATE ROLE " + reader + " LOGIN",
                            "GRANT pg_read_all_data TO " + reader,
                            "DO $$ DECLARE o oid; BEGIN FOR o IN SELECT oid FROM pg_largeobject_metadata LOOP"
                                    + " EXECUTE format('GRANT SELECT ON LARGE OBJECT %s TO " + reader
                                    + "', o); END LOOP; END $$");
            Settings settings = sides.settings()
                    .existingSchema()
                    .source(sides.source().as(reader).url());
            try (Daemon daemon = Daemon.copyOnly(settings)) {
                daemon.awaitEnd();
                assertThat(daemon.failure()).isNull();
                assertThat(daemon.replicator().status().verify().state()).isEqualTo("equal");
            }
            assertThat(contents(sides.target())).isEqualTo(contents(sides.source()));
            sides.source().execute("DROP OWNED BY " + reader, "DROP ROLE " + reader);
        }
    }

    @Test
    void leavesThemOutWhenToldSo() throws SQLException {
        try (Sides sides = Sides.of(15, 17)) {
            sides.execute(CREATE);
            sides.source().execute(FILL);
            Settings settings = sides.settings().existingSchema().with("copy", "{ large_objects: false }");
            try (Daemon daemon = Daemon.streaming(settings)) {
                CutoverResult result = daemon.replicator().cutover(new CutoverOptions(BUDGET, false), _ -> {});
                assertThat(result.switched()).as("%s", result).isTrue();
            }
            assertThat(sides.target().number("SELECT count(*) FROM pg_largeobject_metadata"))
                    .isZero();
        }
    }

    /** Oid, size and contents of all but the one that only the target has. */
    private static String contents(TestDatabase database) throws SQLException {
        return String.valueOf(
                database.text("SELECT count(*) || ' ' || coalesce(string_agg(m.oid || ' ' || length(lo_get(m.oid)) ||"
                        + " md5(lo_get(m.oid)), ',' ORDER BY m.oid), '') FROM pg_largeobject_metadata m"
                        + " WHERE m.oid <> 300001"));
    }

    private static void change(TestDatabase database) {
        try {
            database.execute(
                    "SELECT lo_put(100003, 5, 'late')",
                    "SELECT lo_from_bytea(400001, 'late')",
                    "SELECT lo_unlink(200002)");
        } catch (SQLException e) {
            throw new AssertionError("changing large objects", e);
        }
    }

    private static void create(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException("telling the hook to end", e);
        }
    }

    private static String detail(CutoverResult result, String step) {
        return result.events().stream()
                .filter(event -> event.step().equals(step) && event.state().equals("done"))
                .map(CutoverEvent::detail)
                .findFirst()
                .orElse("no step " + step);
    }
}
