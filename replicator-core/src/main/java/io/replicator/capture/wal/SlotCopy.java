package io.replicator.capture.wal;

import io.replicator.postgres.Database;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.Lsn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.StringJoiner;

/**
 * A temporary copy of a slot, which goes with its session, a walsender's: that takes SQL, and streams from the copy what lies
 * behind. The copy can be read ahead of what may be acknowledged, because the slot itself stays where it is. Not thread-safe.
 *
 * <p>Reading by SQL is described in the PostgreSQL documentation, section 9.28.6: the server decodes a piece whole and keeps
 * it, in memory as far as {@code work_mem} allows, and sends its messages by the buffer. The stream sends each by itself.
 */
final class SlotCopy implements AutoCloseable {
    /** Stands between the slot's name and the session's pid in the name of the copy. */
    static final String SUFFIX = "_b";

    /** The server answers within {@link SlotBacklog.Limits#patience}, or cancels: what takes longer is lost on the way. */
    private static final int ANSWER_MILLIS = 15_000;

    /** So that a server whose client has died does not decode on; from PostgreSQL 14. */
    private static final String NOTICE_DEATH = """
            SELECT set_config(name, '2s', false) FROM pg_settings WHERE name = 'client_connection_check_interval'""";

    private final Connection session;
    private final String copy;

    /** @param bytes how much lies between the position and the end of the log */
    record Waiting(Lsn position, long bytes) {}

    private SlotCopy(Connection session, String copy) {
        this.session = session;
        this.copy = copy;
    }

    static SlotCopy open(Database source, String slot) throws SQLException {
        Connection session = source.openReplication("backlog");
        try (PreparedStatement death = session.prepareStatement(NOTICE_DEATH);
                PreparedStatement create = session.prepareStatement("""
                        SELECT slot_name, set_config('work_mem', '64MB', false)
                        FROM pg_copy_logical_replication_slot(?::name, (? || pg_backend_pid())::name, true)""")) {
            session.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
            death.execute();
            create.setString(1, slot);
            create.setString(2, slot + SUFFIX);
            try (ResultSet row = create.executeQuery()) {
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

    Waiting waiting() throws SQLException {
        try (PreparedStatement statement = session.prepareStatement("""
                SELECT confirmed_flush_lsn, pg_wal_lsn_diff(pg_current_wal_flush_lsn(), confirmed_flush_lsn)::bigint
                FROM pg_replication_slots WHERE slot_name = ?""")) {
            statement.setString(1, copy);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Waiting(Lsn.parse(row.getString(1)), row.getLong(2));
            }
        }
    }

    /**
     * The COPY that reads the next messages, one in each row, and moves the copy behind them.
     *
     * @param end where the piece may end
     * @param changes after how many messages the piece may end; it ends with a transaction
     */
    String next(Lsn end, int changes, PgOutputOptions options) {
        StringJoiner arguments = new StringJoiner(", ")
                .add(Identifiers.literal(copy))
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
        return SlotStream.start(session, copy, from, options);
    }

    @Override
    public void close() throws SQLException {
        session.close();
    }
}
