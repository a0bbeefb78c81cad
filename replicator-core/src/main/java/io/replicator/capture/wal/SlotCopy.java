package io.replicator.capture.wal;

import io.replicator.postgres.Database;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.StringJoiner;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A temporary copy of a slot, which goes with its session, a walsender's: that takes SQL, and streams from the copy what lies
 * behind. The copy can be read ahead of what may be acknowledged, because the slot itself stays where it is. Not thread-safe.
 *
 * <p>Reading by SQL is described in the PostgreSQL documentation, section 9.28.6: the server decodes a piece whole and keeps
 * it, in memory as far as {@code work_mem} allows, and sends its messages by the buffer. The stream sends each by itself.
 */
final class SlotCopy implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlotCopy.class);

    /** Stands between the slot's name and the session's pid in the name of the copy. */
    static final String SUFFIX = "_b";

    /** The server answers within {@link SlotBacklog.Limits#patience}, or cancels: what takes longer is lost on the way. */
    private static final int ANSWER_MILLIS = 15_000;

    /** So that a server whose client has died does not decode on; from PostgreSQL 14. */
    private static final String NOTICE_DEATH = """
            SELECT set_config(name, '2s', false) FROM pg_settings WHERE name = 'client_connection_check_interval'""";

    private final Connection session;
    private final String name;
    private boolean exists;

    /** @param bytes how much lies between the position and the end of the log */
    record Waiting(Lsn position, long bytes) {}

    private SlotCopy(Connection session, String name) {
        this.session = session;
        this.name = name;
    }

    /** Opens a session, which has no copy before it follows a slot. */
    static SlotCopy open(Database source, String slot) throws SQLException {
        Connection session = source.openReplication("backlog");
        try (PreparedStatement death = session.prepareStatement(NOTICE_DEATH);
                PreparedStatement own = session.prepareStatement("""
                        SELECT (? || pg_backend_pid())::name, set_config('work_mem', '16MB', false)""")) {
            session.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
            death.execute();
            own.setString(1, slot + SUFFIX);
            try (ResultSet row = own.executeQuery()) {
                row.next();
                return new SlotCopy(session, row.getString(1));
            }
        } catch (SQLException e) {
            session.close();
            throw e;
        }
    }

    Connection session() {
        return session;
    }

    String name() {
        return name;
    }

    /** Stands where a slot stands now, which may be another copy. */
    Waiting follow(String slot) throws SQLException {
        if (exists) {
            try (PreparedStatement drop = session.prepareStatement("SELECT pg_drop_replication_slot(?)")) {
                drop.setString(1, name);
                drop.execute();
                exists = false;
            }
        }
        try (PreparedStatement copy = session.prepareStatement("""
                SELECT lsn, pg_wal_lsn_diff(pg_current_wal_flush_lsn(), lsn)::bigint
                FROM pg_copy_logical_replication_slot(?::name, ?::name, true)""")) {
            copy.setString(1, slot);
            copy.setString(2, name);
            try (ResultSet row = copy.executeQuery()) {
                row.next();
                exists = true;
                return new Waiting(Lsn.parse(row.getString(1)), row.getLong(2));
            }
        }
    }

    /**
     * The COPY that reads the next messages, one in each row, and moves the copy behind them before it sends the first.
     *
     * @param end where the piece may end
     * @param changes after how many messages the piece may end; it ends with a transaction
     */
    String next(Lsn end, int changes, PgOutputOptions options) {
        StringJoiner arguments = new StringJoiner(", ")
                .add(Identifiers.literal(name))
                .add(Identifiers.literal(end.toString()))
                .add(Integer.toString(changes));
        options.values()
                .forEach((name, value) ->
                        arguments.add(Identifiers.literal(name)).add(Identifiers.literal(value)));
        return "COPY (SELECT data FROM pg_logical_slot_get_binary_changes(" + arguments
                + ")) TO STDOUT (FORMAT binary)";
    }

    /** Streams what lies behind the pieces that were read; closing the stream ends the copy. */
    SlotStream stream(Lsn from, PgOutputOptions options) throws SQLException {
        session.setNetworkTimeout(Runnable::run, 0);
        return SlotStream.start(session, name, from, options);
    }

    /** Ends the session, and what another thread waits for in it. */
    void abort() {
        try {
            session.unwrap(PGConnection.class).cancelQuery();
        } catch (SQLException e) {
            LOG.debug("cancelling the piece of {}", name, e);
        }
        try {
            session.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("ending the session of {}", name, e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (SQLException e) {
            LOG.debug("closing the session of {}", name, e);
        }
    }
}
