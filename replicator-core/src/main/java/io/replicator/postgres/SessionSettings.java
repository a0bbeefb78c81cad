package io.replicator.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The settings every session of ours has, so that text looks the same on both ends and nobody's role or database
 * defaults reach into our work. They are set by a statement and not by the {@code options} start-up parameter, which
 * poolers drop.
 *
 * <p>A server notices within a minute that the host of an idle session is gone, and not after two hours: until then it would
 * keep locks and snapshots. Sessions with data under way have no such limit ({@code tcp_user_timeout}), which would also end
 * those whose reader is held up.
 */
final class SessionSettings {
    private static final String EVERY_PIN = """
            SELECT set_config('DateStyle', 'ISO, YMD', false),
                   set_config('TimeZone', 'UTC', false),
                   set_config('search_path', 'pg_catalog', false),
                   set_config('statement_timeout', '0', false),
                   set_config('lock_timeout', '0', false),
                   set_config('idle_in_transaction_session_timeout', '0', false),
                   set_config('tcp_keepalives_idle', '30', false),
                   set_config('tcp_keepalives_interval', '10', false),
                   set_config('tcp_keepalives_count', '3', false),
""";

    private static final String PIN = EVERY_PIN + """
                   set_config('IntervalStyle', 'postgres', false),
                   set_config('bytea_output', 'hex', false),
                   set_config('extra_float_digits', '3', false),
                   set_config('row_security', 'off', false),
                   set_config('default_transaction_isolation', 'read committed', false),
                   set_config('default_transaction_read_only', 'off', false),
                   set_config('default_transaction_deferrable', 'off', false)""";

    /** The same for walsender sessions, which run no SQL when they stream. */
    static final String REPLICATION_OPTIONS = "-c intervalstyle=postgres -c bytea_output=hex -c extra_float_digits=3";

    /**
     * The driver asks for the JVM's time zone. One statement: walsenders before 14.2, 13.6, 12.10, 11.15 and 10.20 refuse a second
     * one in the same message.
     *
     * <p>The last setting is the memory in which a transaction is decoded, beyond which the server writes it to disk and reads
     * it back: an UPDATE of a million rows takes it 1.1 s with 256 MB and 3.2 s with the 64 MB of its default. Two sessions may
     * need it at a time, and small servers have little to spare, so that it is half of their shared buffers at most. What
     * somebody has set is kept; before version 13 there is none.
     */
    static final String REPLICATION_PIN = EVERY_PIN + """
                   (SELECT set_config(name, greatest(boot_val::bigint,
                           least(262144, pg_size_bytes(current_setting('shared_buffers')) / 2048)) || 'kB', false)
                    FROM pg_settings WHERE name = 'logical_decoding_work_mem' AND source = 'default')""";

    /** Servers of older versions do not know them. */
    private static final List<Timeout> TIMEOUTS =
            List.of(new Timeout("idle_session_timeout", 14), new Timeout("transaction_timeout", 17));

    private record Timeout(String setting, int sinceMajor) {}

    private SessionSettings() {}

    static void pin(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(withTimeouts(PIN, connection))) {
            statement.execute();
        }
    }

    /**
     * Has values look as they do in other sessions, and keeps the snapshot that a walsender session exports from ending
     * before the session does.
     */
    static void pinReplication(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(withTimeouts(REPLICATION_PIN, connection));
        }
    }

    private static String withTimeouts(String pin, Connection connection) throws SQLException {
        StringBuilder all = new StringBuilder(pin);
        for (Timeout timeout : known(connection)) {
            all.append(", set_config('").append(timeout.setting()).append("', '0', false)");
        }
        return all.toString();
    }

    private static List<Timeout> known(Connection connection) throws SQLException {
        int major = connection.getMetaData().getDatabaseMajorVersion();
        return TIMEOUTS.stream()
                .filter(timeout -> major >= timeout.sinceMajor())
                .toList();
    }
}
