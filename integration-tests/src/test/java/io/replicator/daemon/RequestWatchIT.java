package io.replicator.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Requests;
import io.replicator.testkit.Await;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests are noticed when they are announced, and without that by looking. */
class RequestWatchIT {
    private static final String NAME = "watched";
    private static final int REQUEST_LOCKS = 0x52455051;
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration NEVER = Duration.ofDays(1);
    private static final Duration OFTEN = Duration.ofMillis(50);

    private final Queue<String> handled = new ConcurrentLinkedQueue<>();
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private TestDatabase server;
    private Database target;
    private OwnedMigration owned;
    private RequestWorker worker;

    @BeforeEach
    void own() {
        server = Servers.target(18);
        target = Endpoints.database(Side.TARGET, server.url());
        owned = OwnedMigration.take(target, NAME, "wal");
        worker = new RequestWorker(owned, this::handle);
    }

    @AfterEach
    void disown() throws SQLException {
        worker.close();
        owned.close();
        target.close();
        server.drop();
    }

    private Object handle(Requests.Request request, Consumer<Object> events) {
        handled.add(request.kind());
        return Map.of("kind", request.kind());
    }

    @Test
    void noticesAnnouncedRequestsWithoutLooking() throws SQLException {
        try (RequestWatch watch = new RequestWatch(owned, worker, NEVER, failures::add)) {
            watch.start();
            awaitFirstLook();
            Map<?, ?> answer = new RequestClient(target, NAME).ask(RequestKind.RESUME, Map.of(), Map.class, _ -> {});
            assertThat(answer.get("kind")).isEqualTo("resume");
        }
        assertThat(handled).containsExactly("resume");
    }

    @Test
    void noticesRequestsThatNobodyAnnounces() throws SQLException {
        try (Connection requester = server.connection();
                RequestWatch watch = new RequestWatch(owned, worker, OFTEN, failures::add)) {
            watch.start();
            fileSilently(requester, "pause");
            Await.until("the request is handled", LIMIT, () -> handled.contains("pause"));
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void saysThatTheOwnersSessionIsLost() throws SQLException {
        try (RequestWatch watch = new RequestWatch(owned, worker, NEVER, failures::add)) {
            watch.start();
            awaitFirstLook();
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE application_name = 'replicator owner' AND datname = current_database()");
            Await.until("the loss is told", LIMIT, () -> !failures.isEmpty());
        }
        assertThat(List.copyOf(failures))
                .extracting(failure -> ((ReplicatorException) failure).code())
                .containsExactly(ErrorCode.CONNECTION_FAILED);
    }

    /** The control session's last statement is then the question for requests. */
    private void awaitFirstLook() {
        Await.until(
                "the watch has looked once",
                LIMIT,
                () -> server.number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                                + " AND application_name = 'replicator control' AND state = 'idle'"
                                + " AND query LIKE '%replicator.request SET state%'")
                        > 0);
    }

    private static void fileSilently(Connection requester, String kind) throws SQLException {
        try (Statement statement = requester.createStatement()) {
            statement.execute("WITH filed AS (INSERT INTO replicator.request (migration, kind, arguments)"
                    + " VALUES ('" + NAME + "', '" + kind + "', '{}') RETURNING id)"
                    + " SELECT pg_advisory_lock(" + REQUEST_LOCKS + ", id::int) FROM filed");
        }
    }
}
