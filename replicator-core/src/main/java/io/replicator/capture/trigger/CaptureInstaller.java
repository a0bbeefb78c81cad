package io.replicator.capture.trigger;

import io.replicator.capture.SourceSchema;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.ServerVersion;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Installs the capture triggers: every table in a short transaction of its own that waits at most {@link
 * #LOCK_TIMEOUT_MILLIS} for the table's writers and, when they hold on, comes back to the table later.
 *
 * <p>CREATE TRIGGER is granted its lock only when no writer's transaction is open on the table, so a table is fully
 * captured from the moment its transaction commits. What is installed and intact is left alone: a run that died in the
 * middle is continued by the next.
 */
public final class CaptureInstaller {
    static final int LOCK_TIMEOUT_MILLIS = 1_500;

    private static final long MIN_PAUSE_MILLIS = 100;
    private static final long MAX_PAUSE_MILLIS = 3_000;
    private static final long TELL_NANOS = 500_000_000;

    private static final String INTACT = """
            SELECT k.id
            FROM replicator.captured_table k
            JOIN (%s) p ON p.oid = k.relid
            WHERE p.nspname = k.schema_name AND p.relname = k.table_name
              AND p.structure = k.structure AND p.triggers = k.triggers AND p.filenode = k.filenode
              AND k.row_level = (EXISTS (SELECT FROM pg_inherits i WHERE p.oid IN (i.inhrelid, i.inhparent))
                                 OR EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid = p.oid))""".formatted(CapturedTables.PRESENT);

    private final Connection source;
    private final ServerVersion version;
    private final Consumer<String> progress;

    private long told = System.nanoTime() - TELL_NANOS;

    private CaptureInstaller(Connection source, ServerVersion version, Consumer<String> progress) {
        this.source = source;
        this.version = version;
        this.progress = progress;
    }

    /**
     * Installs what is missing or not intact for every table of the catalog. A table that was captured and is not intact
     * any more loses the trace of that, so it has to be copied after this.
     *
     * @param progress told what is done and waited for, at most twice a second
     * @return the captured tables in the catalog's order
     * @throws ReplicatorException {@code TABLE_CHANGED} when a table is no longer as the catalog says
     * @throws InterruptedException when interrupted between two attempts
     */
    public static List<CapturedTable> install(Database source, Catalog catalog, Consumer<String> progress)
            throws InterruptedException {
        Set<KeyShape> shapes = catalog.tables().stream().map(KeyShape::of).collect(Collectors.toSet());
        try (Connection connection = source.open("capture")) {
            SourceSchema.install(connection);
            CaptureSchema.install(connection, shapes);
            return new CaptureInstaller(connection, catalog.version(), progress).install(catalog.tables());
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "installing capture on the source", e);
        }
    }

    private List<CapturedTable> install(List<Table> tables) throws SQLException, InterruptedException {
        Map<Integer, CapturedTable> done = intact(tables);
        Deque<Table> waiting = new ArrayDeque<>();
        tables.stream().filter(table -> !done.containsKey(table.oid())).forEach(waiting::add);
        source.setAutoCommit(false);
        long pause = MIN_PAUSE_MILLIS;
        int refused = 0;
        while (!waiting.isEmpty()) {
            Table table = waiting.remove();
            CapturedTable captured = attempt(table);
            if (captured != null) {
                done.put(table.oid(), captured);
                tell("capture triggers on " + done.size() + " of " + tables.size() + " tables", waiting.isEmpty());
                pause = MIN_PAUSE_MILLIS;
                refused = 0;
                continue;
            }
            tell("capture waits for open transactions on table " + table, false);
            waiting.add(table);
            refused++;
            if (refused >= waiting.size()) {
                Thread.sleep(ThreadLocalRandom.current().nextLong(pause / 2, pause));
                pause = Math.min(2 * pause, MAX_PAUSE_MILLIS);
                refused = 0;
            }
        }
        return tables.stream()
                .map(table -> Objects.requireNonNull(done.get(table.oid())))
                .toList();
    }

    private Map<Integer, CapturedTable> intact(List<Table> tables) throws SQLException {
        Set<Integer> recorded = new HashSet<>();
        try (PreparedStatement statement = source.prepareStatement(INTACT);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                recorded.add(row.getInt(1));
            }
        }
        Map<Integer, Table> expected = new HashMap<>();
        tables.forEach(table -> expected.put(table.oid(), table));
        Map<Integer, CapturedTable> intact = new HashMap<>();
        for (CapturedTable captured : CapturedTables.read(source)) {
            Table table = expected.get(captured.relationOid());
            if (table != null && recorded.contains(captured.id()) && matches(captured, table)) {
                intact.put(table.oid(), captured);
            }
        }
        return intact;
    }

    private static boolean matches(CapturedTable captured, Table table) {
        Key key = table.key();
        return captured.name().equals(table.name())
                && captured.shape().equals(KeyShape.of(table))
                && captured.keyColumns().equals(key == null ? List.of() : key.columns());
    }

    private @Nullable CapturedTable attempt(Table table) throws SQLException {
        try {
            try (Statement statement = source.createStatement()) {
                statement.execute("SET LOCAL lock_timeout = " + LOCK_TIMEOUT_MILLIS);
            }
            CapturedTable captured = new TableInstallation(source, version, table).run();
            source.commit();
            return captured;
        } catch (SQLException e) {
            source.rollback();
            if (SqlStates.has(e, SqlStates.LOCK_NOT_AVAILABLE) || SqlStates.has(e, SqlStates.DEADLOCK_DETECTED)) {
                return null;
            }
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "installing capture on table " + table, e);
        }
    }

    private void tell(String message, boolean always) {
        long now = System.nanoTime();
        if (always || now - told > TELL_NANOS) {
            told = now;
            progress.accept(message);
        }
    }
}
