package io.replicator.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.cutover.CutoverEvent;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.progress.Phase;
import io.replicator.testkit.Await;
import io.replicator.testkit.Daemon;
import io.replicator.testkit.Settings;
import io.replicator.testkit.Sides;
import io.replicator.testkit.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A migration of the table {@code t (id, v)} with a hundred rows that streams, and cutovers of it on threads of their own.
 * A cutover stands before the fence until it is released there: the comparison before would wait for open transactions.
 */
final class CutoverScene implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(30);
    static final Duration MEDIUM = Duration.ofSeconds(6);
    static final Duration SHORT = Duration.ofSeconds(2);

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Sides sides;
    private final Daemon daemon;
    private final Path directory;
    private final List<CutoverEvent> events = new CopyOnWriteArrayList<>();

    private CutoverScene(Sides sides, Daemon daemon, Path directory) {
        this.sides = sides;
        this.daemon = daemon;
        this.directory = directory;
    }

    static CutoverScene of(Path directory, String fence) throws SQLException {
        return of(directory, fence, Map.of());
    }

    /**
     * @param hooks a command each, instead of those that wait for the release and note that a cutover was undone, or
     *     beside them
     * @param onTarget what else there is on the target before the migration begins
     */
    static CutoverScene of(Path directory, String fence, Map<String, String> hooks, String... onTarget)
            throws SQLException {
        Map<String, String> all = new TreeMap<>(Map.of(
                "before", "while [ ! -e " + directory.resolve("released") + " ]; do sleep 0.02; done",
                "aborted", "touch " + directory.resolve("aborted")));
        all.putAll(hooks);
        StringJoiner commands = new StringJoiner(", ", "{ ", " }");
        all.forEach((hook, command) -> commands.add(hook + ": ['" + command + "']"));
        Sides sides = Sides.of(17, 18);
        try {
            sides.execute("CREATE TABLE t (id integer PRIMARY KEY, v text)");
            sides.target().execute(onTarget);
            sides.source().execute("INSERT INTO t SELECT n, 'first' FROM generate_series(1, 100) AS n");
            Settings settings = sides.settings()
                    .existingSchema()
                    .with("cutover", "{ fence: " + fence + ", hooks: " + commands + " }");
            return new CutoverScene(sides, Daemon.streaming(settings), directory);
        } catch (SQLException | RuntimeException | Error e) {
            sides.close();
            throw e;
        }
    }

    Sides sides() {
        return sides;
    }

    /** A cutover that was asked for. */
    record Asked(Thread thread, CompletableFuture<CutoverResult> answer) {
        CutoverResult await() throws InterruptedException {
            try {
                return answer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new AssertionError("the cutover did not answer", e);
            }
        }
    }

    Asked ask(Duration budget) {
        events.clear();
        CompletableFuture<CutoverResult> answer = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().daemon().name("asks-for-cutover").start(() -> {
            try {
                answer.complete(daemon.replicator().cutover(new CutoverOptions(budget, false), events::add));
            } catch (RuntimeException | Error e) {
                answer.completeExceptionally(e);
            }
        });
        return new Asked(thread, answer);
    }

    /** Asks for a cutover and waits until it stands before the fence. */
    Asked askAndAwaitFence(Duration budget) {
        Asked asked = ask(budget);
        awaitStep("hook_before");
        return asked;
    }

    /** Asks for a cutover that goes for its fence when a session has run the statements. */
    Asked askBehind(Duration budget, Connection session, String... statements) throws SQLException, IOException {
        Asked asked = askAndAwaitFence(budget);
        for (String statement : statements) {
            execute(session, statement);
        }
        release();
        return asked;
    }

    /** Lets this and all further cutovers go on. */
    void release() throws IOException {
        Files.createFile(directory.resolve("released"));
    }

    boolean aborted() {
        return Files.exists(directory.resolve("aborted"));
    }

    /** Waits until a session on the source is kept from its lock by another. */
    void awaitLockWaiter(String application) {
        awaitLockWaiter(sides.source(), application);
    }

    void awaitLockWaiterOnTarget(String application) {
        awaitLockWaiter(sides.target(), application);
    }

    private static void awaitLockWaiter(TestDatabase database, String application) {
        String waiters = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                + " AND application_name LIKE ? AND wait_event_type = 'Lock'";
        Await.until(
                application + " waits for a lock", LIMIT, () -> database.number(waiters, "%" + application + "%") > 0);
    }

    /** Ends the session that holds the locks. */
    void endFence() throws SQLException {
        assertThat(sides.source().number("""
                SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name LIKE '%fence%'""")).isEqualTo(1);
    }

    /** Waits until the daemon has seen that the one who asked has given up. */
    void awaitCancellation() throws SQLException {
        Await.until(
                "the cancellation is there",
                LIMIT,
                () -> sides.target().number("SELECT count(*) FROM replicator.request WHERE cancel") > 0);
        String since = sides.target().text("SELECT clock_timestamp()");
        Await.until(
                "the daemon has looked for cancellations since " + since,
                LIMIT,
                () -> sides.target().number("""
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'
                        AND query LIKE '%SELECT cancel%' AND query_start > ?::timestamptz""", since) > 0);
    }

    void awaitSwitched() {
        daemon.awaitEnd();
        assertThat(daemon.replicator().status().phase()).isEqualTo(Phase.SWITCHED.word());
    }

    /** Waits until the cutover asks for the fence, and where that takes locks, until a writer keeps it from one. */
    void awaitFence(String mode) {
        awaitStep("fence");
        if (mode.equals("readonly")) {
            awaitLockWaiter("fence");
        }
    }

    /** Waits until a step of the cutover that was asked for last has begun. */
    void awaitStep(String step) {
        Await.until(
                "step " + step + " begins",
                LIMIT,
                () -> events.stream().anyMatch(event -> event.step().equals(step)));
    }

    /** Writers go on, what they write arrives, and the next cutover switches. */
    void assertGoesOn() throws Exception {
        sides.source().execute("UPDATE t SET v = 'behind the undo' WHERE id = 1");
        sides.assertEqualRows();
        CutoverResult next = ask(LONG).await();
        assertThat(next.switched()).as("%s", next).isTrue();
    }

    /** A session of the application, inside a transaction. */
    Connection writer() throws SQLException {
        Connection session = sides.source().connection();
        session.setAutoCommit(false);
        return session;
    }

    static void execute(Connection session, String sql) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        try {
            daemon.close();
        } finally {
            sides.close();
        }
    }
}
