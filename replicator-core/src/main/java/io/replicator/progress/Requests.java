package io.replicator.progress;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests of the command line to the daemon, through a table of the target.
 *
 * <p>The requester holds an advisory lock named after its request for as long as it waits; when the lock is gone or the
 * request is cancelled, a request that can still be undone is undone.
 */
public final class Requests {
    private static final int CLASS = 0x52455051;

    private Requests() {}

    /** @param arguments JSON */
    public record Request(long id, String kind, String arguments) {}

    /**
     * @param state {@code queued}, {@code running}, {@code done} or {@code failed}
     * @param result JSON
     */
    public record Outcome(String state, @Nullable String result) {
        public boolean ended() {
            return state.equals("done") || state.equals("failed");
        }
    }

    /** An event of a request, JSON, in order of {@code id}. */
    public record Event(long id, String json) {}

    /** Files a request and holds its lock on this session until the session closes. */
    public static long file(Connection target, String migration, String kind, String arguments) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("""
                WITH filed AS (
                    INSERT INTO replicator.request (migration, kind, arguments) VALUES (?, ?, ?::jsonb) RETURNING id)
                SELECT id, pg_advisory_lock(?, id::int) FROM filed""")) {
            statement.setString(1, migration);
            statement.setString(2, kind);
            statement.setString(3, arguments);
            statement.setInt(4, CLASS);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long id = row.getLong(1);
                RequestBell.ring(target);
                return id;
            }
        }
    }

    public static void cancel(Connection target, long id) throws SQLException {
        MigrationStore.execute(target, "UPDATE replicator.request SET cancel = true WHERE id = ?", id);
        RequestBell.ring(target);
    }

    /** Takes the oldest queued request, if there is one. Requests whose requester is gone are dropped. */
    public static @Nullable Request take(Connection target, String migration) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("""
                UPDATE replicator.request SET state = 'running'
                WHERE id = (SELECT min(id) FROM replicator.request WHERE migration = ? AND state = 'queued')
                RETURNING id, kind, arguments::text""")) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                Request request = new Request(row.getLong(1), row.getString(2), row.getString(3));
                if (isAbandoned(target, request.id())) {
                    finish(target, request.id(), "failed", "{\"error\": \"the requester is gone\"}");
                    return null;
                }
                return request;
            }
        }
    }

    /** Whether the request was cancelled, or its requester is gone. */
    public static boolean isAbandoned(Connection target, long id) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("""
                SELECT (SELECT cancel FROM replicator.request WHERE id = ?)
                       OR NOT EXISTS (SELECT FROM pg_locks
                                      WHERE locktype = 'advisory' AND classid::bigint = ? AND objid::bigint = ?
                                        AND objsubid = 2 AND granted)""")) {
            statement.setLong(1, id);
            statement.setLong(2, CLASS);
            statement.setLong(3, id);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    public static void emit(Connection target, long id, String eventJson) throws SQLException {
        MigrationStore.execute(
                target, "INSERT INTO replicator.request_event (request, event) VALUES (?, ?::jsonb)", id, eventJson);
    }

    public static void finish(Connection target, long id, String state, String resultJson) throws SQLException {
        MigrationStore.execute(
                target,
                "UPDATE replicator.request SET state = ?, result = ?::jsonb WHERE id = ?",
                state,
                resultJson,
                id);
    }

    /** Ends requests that a lost daemon left running. */
    public static void failLeftovers(Connection target, String migration) throws SQLException {
        MigrationStore.execute(target, """
                UPDATE replicator.request SET state = 'failed', result = '{"error": "the daemon was restarted"}'
                WHERE migration = ? AND state = 'running'""", migration);
    }

    public static Outcome outcome(Connection target, long id) throws SQLException {
        try (PreparedStatement statement =
                target.prepareStatement("SELECT state, result::text FROM replicator.request WHERE id = ?")) {
            statement.setLong(1, id);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new ReplicatorException(
                            ErrorCode.STATE_MISMATCH, "request " + id + " vanished from replicator.request");
                }
                return new Outcome(row.getString(1), row.getString(2));
            }
        }
    }

    public static List<Event> eventsAfter(Connection target, long request, long afterEvent) throws SQLException {
        List<Event> events = new ArrayList<>();
        try (PreparedStatement statement = target.prepareStatement(
                "SELECT id, event::text FROM replicator.request_event WHERE request = ? AND id > ? ORDER BY id")) {
            statement.setLong(1, request);
            statement.setLong(2, afterEvent);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    events.add(new Event(row.getLong(1), row.getString(2)));
                }
            }
        }
        return events;
    }
}
