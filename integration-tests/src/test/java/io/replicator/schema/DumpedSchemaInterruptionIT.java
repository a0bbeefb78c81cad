package io.replicator.schema;

import static io.replicator.schema.SampleSchema.ROWS;
import static io.replicator.schema.SampleSchema.SCHEMA;
import static io.replicator.schema.SampleSchema.assertSame;
import static io.replicator.schema.SampleSchema.indexes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.testkit.Await;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A schema goes on where a kill, an ended session or an interrupt cut its restoring off. */
class DumpedSchemaInterruptionIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void goesOnAfterAKillWhileTheDeadDaemonsStatementStillRuns() throws Exception {
        try (SchemaCopy copy = SchemaCopy.between(15, 17)) {
            copy.source().execute(SCHEMA);
            copy.loader().preData();
            copy.target().execute(ROWS);
            CompletableFuture<@Nullable Void> second;
            try (Connection blocker = copy.target().connection()) {
                lock(blocker);
                Process first = RestoringProgram.start(copy.source(), copy.target());
                awaitBlocked(copy.target(), 1);
                assertThat(indexes(copy.target())).isPositive();
                first.destroyForcibly();
                assertThat(first.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();

                second = CompletableFuture.runAsync(() -> copy.loader().postData());
                awaitBlocked(copy.target(), 2);
                blocker.rollback();
            }

            second.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertSame(copy);
            assertThat(pending(copy.target())).isZero();
        }
    }

    @Test
    void goesOnWhenItsSessionsAreEnded() throws Exception {
        try (SchemaCopy copy = SchemaCopy.between(15, 17)) {
            copy.source().execute(SCHEMA);
            copy.loader().preData();
            copy.target().execute(ROWS);
            try (Connection blocker = copy.target().connection()) {
                lock(blocker);
                CompletableFuture<@Nullable Void> first =
                        CompletableFuture.runAsync(() -> copy.loader().postData());
                awaitBlocked(copy.target(), 1);
                copy.target()
                        .text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND application_name = 'replicator schema'");
                blocker.rollback();
                assertThat(first).succeedsWithin(LIMIT);
            }

            assertSame(copy);
        }
    }

    @Test
    void interruptCancelsWhatIsBeingBuilt() throws Exception {
        try (SchemaCopy copy = SchemaCopy.between(15, 17)) {
            copy.source().execute(SCHEMA);
            copy.loader().preData();
            CompletableFuture<Throwable> outcome = new CompletableFuture<>();
            try (Connection blocker = copy.target().connection()) {
                lock(blocker);
                Thread daemon = Thread.ofPlatform().start(() -> {
                    try {
                        copy.loader().postData();
                        outcome.complete(new AssertionError("it ended"));
                    } catch (ReplicatorException e) {
                        outcome.complete(e);
                    }
                });
                awaitBlocked(copy.target(), 1);
                daemon.interrupt();

                assertThat(outcome.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                        .asInstanceOf(type(ReplicatorException.class))
                        .satisfies(failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INTERRUPTED));
                blocker.rollback();
            }
        }
    }

    /** Makes everything that is built on {@code app.customer} wait. */
    private static void lock(Connection blocker) throws SQLException {
        blocker.setAutoCommit(false);
        try (Statement statement = blocker.createStatement()) {
            statement.execute("LOCK TABLE app.customer IN ROW EXCLUSIVE MODE");
        }
    }

    private static void awaitBlocked(TestDatabase target, int sessions) {
        Await.until(sessions + " sessions wait for a lock and the rest is built", LIMIT, () -> {
            String state = target.text("SELECT count(*) FILTER (WHERE wait_event_type = 'Lock') || ' ' ||"
                    + " (SELECT count(*) FROM replicator.schema_entry WHERE stage = 'indexes'"
                    + " AND done_at IS NULL AND NOT 'app.customer' = ANY (tables))"
                    + " FROM pg_stat_activity WHERE application_name = 'replicator schema'"
                    + " AND datname = current_database()");
            return (sessions + " 0").equals(state);
        });
    }

    private static long pending(TestDatabase target) throws SQLException {
        return target.number("SELECT count(*) FROM replicator.schema_entry WHERE done_at IS NULL");
    }
}
