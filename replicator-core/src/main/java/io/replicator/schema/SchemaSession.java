package io.replicator.schema;

import io.replicator.postgres.Database;
import io.replicator.postgres.ServerVersion;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session of the target that creates entries, with the settings that pg_dump's scripts expect. Its commits do not wait
 * for the disk: an entry and its mark are one transaction, so that a crash of the target loses both.
 */
final class SchemaSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaSession.class);
    private static final String INVALID_PARAMETER_VALUE = "22023";

    /** Refused, unknown role or parameter, value that this server does not take, parameter of another context. */
    private static final Set<String> SETTING_REFUSED =
            Set.of(SqlStates.INSUFFICIENT_PRIVILEGE, "42704", INVALID_PARAMETER_VALUE, "55P02", "22004", "0A000");

    private static final String SETTINGS = """
            SELECT set_config('search_path', '', false),
                   set_config('check_function_bodies', 'off', false),
                   set_config('xmloption', 'content', false),
                   set_config('standard_conforming_strings', 'on', false),
                   set_config('synchronous_commit', 'off', false),
                   set_config('client_min_messages', 'warning', false)""";

    private final Connection connection;
    private final SchemaEntryStore store;
    private final AtomicReference<@Nullable Statement> running = new AtomicReference<>();
    private volatile boolean canceled;

    private SchemaSession(Connection connection, SchemaEntryStore store) {
        this.connection = connection;
        this.store = store;
    }

    static SchemaSession open(Database target, SchemaEntryStore store, PostDataSettings settings) throws SQLException {
        Connection connection = target.open("schema");
        try {
            endWithClient(connection);
            try (Statement statement = connection.createStatement()) {
                statement.execute(SETTINGS);
            }
            settings.applyTo(connection);
            connection.setAutoCommit(false);
            return new SchemaSession(connection, store);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Makes the server notice a dead daemon while it builds an index, where it can, so that its locks are freed. */
    private static void endWithClient(Connection connection) throws SQLException {
        if (!ServerVersion.of(connection).atLeast(14)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT set_config('client_connection_check_interval', '10s', false)");
        } catch (SQLException e) {
            if (!SqlStates.has(e, INVALID_PARAMETER_VALUE)) {
                throw e;
            }
        }
    }

    Connection connection() {
        return connection;
    }

    /** Creates one entry and marks it as done, without committing. */
    void create(SchemaEntry entry) throws SQLException {
        createUnmarked(entry);
        store.markDone(connection, List.of(entry));
    }

    /**
     * Creates entries, to be marked as done in the same transaction, with few round trips.
     *
     * @throws SQLException of which entry is not said; the transaction has to be rolled back
     */
    void createAtOnce(List<SchemaEntry> entries) throws SQLException {
        StringBuilder script = new StringBuilder();
        for (SchemaEntry entry : entries) {
            if (isPlain(entry)) {
                script.append(sql(entry)).append('\n');
            } else {
                executeScript(script);
                createUnmarked(entry);
            }
        }
        executeScript(script);
    }

    private void executeScript(StringBuilder script) throws SQLException {
        if (!script.isEmpty()) {
            execute(script.toString());
            script.setLength(0);
        }
    }

    /** Creates one entry, to be marked as done in the same transaction. */
    void createUnmarked(SchemaEntry entry) throws SQLException {
        if (isPlain(entry)) {
            execute(sql(entry));
        } else if (entry.type().equals(ObjectOwner.TYPE)) {
            ObjectOwner.give(connection, entry.name());
        } else {
            createUnless(entry, refusals(entry));
        }
    }

    /** Whether it is nothing but its SQL, and its failure is one. */
    private static boolean isPlain(SchemaEntry entry) {
        return !entry.type().equals(ObjectOwner.TYPE) && refusals(entry).isEmpty();
    }

    /** The states of failures that leave the entry out. */
    private static Set<String> refusals(SchemaEntry entry) {
        return switch (entry.type()) {
            case DatabaseSettings.TYPE -> SETTING_REFUSED;
            case ObjectGrants.OF_OTHERS -> Set.of(SqlStates.INSUFFICIENT_PRIVILEGE, SqlStates.UNDEFINED_OBJECT);
            default -> mayBeTheProviders(entry) ? Set.of(SqlStates.INSUFFICIENT_PRIVILEGE) : Set.of();
        };
    }

    private static boolean mayBeTheProviders(SchemaEntry entry) {
        return switch (entry.type()) {
            case "COMMENT" ->
                entry.name().startsWith("EXTENSION ") || entry.name().startsWith("SCHEMA ");
            case ObjectGrants.TYPE -> entry.name().startsWith("SCHEMA ");
            default -> false;
        };
    }

    /** Stops the statement that is running and refuses further ones; from any thread. */
    void cancel() throws SQLException {
        canceled = true;
        Statement statement = running.get();
        if (statement != null) {
            statement.cancel();
        }
    }

    /**
     * Extensions and schema public often belong to the provider, some settings are the superuser's, and roles or
     * parameters may be unknown to the target: comments and settings are not worth a failure. Privileges that are needed
     * are asked for again at the cutover.
     */
    private void createUnless(SchemaEntry entry, Set<String> states) throws SQLException {
        Savepoint savepoint = connection.setSavepoint();
        try {
            execute(entry.sql());
        } catch (SQLException e) {
            if (e.getSQLState() == null || !states.contains(e.getSQLState())) {
                throw e;
            }
            connection.rollback(savepoint);
            LOG.warn("{} is left out: {}", entry, SqlStates.describe(e));
        }
    }

    private static String sql(SchemaEntry entry) {
        return entry.type().equals("SCHEMA")
                ? entry.sql().replaceFirst("CREATE SCHEMA (?!IF NOT EXISTS)", "CREATE SCHEMA IF NOT EXISTS ")
                : entry.sql();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            running.set(statement);
            if (canceled) {
                throw new SQLException("canceled", SqlStates.QUERY_CANCELED);
            }
            statement.execute(sql);
        } finally {
            running.set(null);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
