package io.replicator.daemon;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.ControlSchema;
import io.replicator.progress.MigrationStore;
import io.replicator.progress.OwnershipLock;
import io.replicator.progress.Requests;
import io.replicator.status.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks the running daemon through the target and waits for its answer. */
public final class RequestClient {
    private static final long POLL_MILLIS = 100;

    private final Database target;
    private final String migration;

    public RequestClient(Database target, String migration) {
        this.target = target;
        this.migration = migration;
    }

    /** The shape of a failed request's result. */
    record Failure(@Nullable String code, String error) {}

    /**
     * Files a request and waits. An interrupt cancels it; the answer to the cancellation is still waited for.
     *
     * @param events takes the events' JSON
     * @throws ReplicatorException {@code DAEMON_DOWN}, or the daemon's own failure
     */
    public <T> T ask(RequestKind kind, Object arguments, Class<T> answer, Consumer<String> events) {
        try (Connection session = target.open("request")) {
            requireDaemon(session);
            long id = Requests.file(session, migration, kind.word(), Json.write(arguments));
            return Json.read(await(session, id, events), answer);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "asking the daemon", e);
        }
    }

    private void requireDaemon(Connection session) throws SQLException {
        if (!ControlSchema.isInstalled(session) || MigrationStore.find(session, migration) == null) {
            throw new ReplicatorException(
                    ErrorCode.MIGRATION_MISSING, target + " holds no migration '" + migration + "'");
        }
        if (!OwnershipLock.isHeld(session, migration)) {
            throw new ReplicatorException(
                    ErrorCode.DAEMON_DOWN, "the daemon of migration '" + migration + "' is not running");
        }
    }

    private String await(Connection session, long id, Consumer<String> events) throws SQLException {
        long lastEvent = 0;
        boolean cancelled = false;
        boolean interrupted = false;
        try {
            while (true) {
                Requests.Outcome outcome = Requests.outcome(session, id);
                for (Requests.Event event : Requests.eventsAfter(session, id, lastEvent)) {
                    lastEvent = event.id();
                    events.accept(event.json());
                }
                if (outcome.ended()) {
                    return result(outcome);
                }
                if (!OwnershipLock.isHeld(session, migration)) {
                    Requests.Outcome last = Requests.outcome(session, id);
                    if (last.ended()) {
                        return result(last);
                    }
                    throw new ReplicatorException(
                            ErrorCode.DAEMON_DOWN,
                            "the daemon ended while it worked on the request; what became of it shows in 'replicator"
                                    + " status' once the daemon runs again");
                }
                try {
                    Thread.sleep(POLL_MILLIS);
                } catch (InterruptedException _) {
                    interrupted = true;
                }
                if (interrupted && !cancelled) {
                    Requests.cancel(session, id);
                    cancelled = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String result(Requests.Outcome outcome) {
        String json = outcome.result() == null ? "{}" : outcome.result();
        if (outcome.state().equals("done")) {
            return json;
        }
        Failure failure = Json.read(json, Failure.class);
        throw new ReplicatorException(code(failure.code()), failure.error());
    }

    private static ErrorCode code(@Nullable String name) {
        for (ErrorCode code : ErrorCode.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return ErrorCode.DAEMON_DOWN;
    }
}
