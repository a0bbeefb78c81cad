package io.replicator.capture.trigger;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Removes the capture from the source while writers go on: first the triggers, table by table, then the functions and
 * the logs that nobody uses any more. Heartbeat, gate and the schema itself are not capture's and stay. What is removed
 * stays removed when a run dies; the next one continues.
 *
 * <p>Dropping the schema with CASCADE instead would lock every table at once, which runs a server with thousands of them
 * out of shared memory.
 */
public final class CaptureTeardown {
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private static final String TRIGGERS = """
            SELECT n.nspname, c.relname, t.tgname
            FROM pg_trigger t
            JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_proc p ON p.oid = t.tgfoid AND p.pronamespace = to_regnamespace('replicator')
            WHERE t.tgname ~ '^replicator_[0-9]+_(insert|update|delete|truncate)$' AND NOT t.tgisinternal
            ORDER BY 1, 2, 3""";

    private static final String REFUSING = """
            SELECT n.nspname, c.relname, t.tgname
            FROM pg_trigger t
            JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE t.tgname = 'replicator_moved' AND NOT t.tgisinternal
            ORDER BY 1, 2""";

    private static final String FUNCTIONS = """
            SELECT p.proname FROM pg_proc p
            WHERE p.pronamespace = to_regnamespace('replicator')
              AND p.proname ~ '^((changed|updated|inserted|deleted)_[0-9]+|touched|truncated_[a-z]+)$'
            ORDER BY 1""";

    private static final String TABLES = """
            SELECT c.relname FROM pg_class c
            WHERE c.relnamespace = to_regnamespace('replicator') AND c.relkind = 'r'
              AND (c.relname ~ '^change_[a-z]+_[0-9]$' OR c.relname IN ('captured_table', 'truncation'))
            ORDER BY 1""";

    private final Connection source;
    private final boolean dryRun;
    private final List<String> removed = new ArrayList<>();
    private long progressed = System.nanoTime();

    private CaptureTeardown(Connection source, boolean dryRun) {
        this.source = source;
        this.dryRun = dryRun;
    }

    /** @param subject a table of the application, or one of ours */
    private record Removal(String subject, String description, List<String> statements) {
        @Override
        public String toString() {
            return subject;
        }
    }

    /**
     * Removes what there is; nothing is an error.
     *
     * @param dryRun only lists
     * @return what was removed, one line each
     * @throws ReplicatorException {@code SCHEMA_FAILED} when a lock cannot be had for minutes
     */
    public static List<String> remove(Database source, boolean dryRun) {
        return removed(source, dryRun, teardown -> {
            teardown.triggers(TRIGGERS, "capture triggers");
            teardown.all(FUNCTIONS, "function", "DROP FUNCTION IF EXISTS %s()");
            teardown.all(TABLES, "table", "DROP TABLE IF EXISTS %s");
        });
    }

    /** As {@link #remove}, of the triggers that refuse writes behind a switch. */
    public static List<String> removeRefusal(Database source, boolean dryRun) {
        return removed(source, dryRun, teardown -> teardown.triggers(REFUSING, "trigger replicator_moved"));
    }

    /** What is to be removed. */
    @FunctionalInterface
    private interface Part {
        void remove(CaptureTeardown teardown) throws SQLException, InterruptedException;
    }

    private static List<String> removed(Database source, boolean dryRun, Part part) {
        try (Connection connection = source.open("teardown")) {
            CaptureTeardown teardown = new CaptureTeardown(connection, dryRun);
            part.remove(teardown);
            return teardown.removed;
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "removing capture from the source", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicatorException(ErrorCode.INTERRUPTED, "removing capture from the source", e);
        }
    }

    private void triggers(String query, String what) throws SQLException, InterruptedException {
        Map<QualifiedName, List<String>> triggers = new LinkedHashMap<>();
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                QualifiedName table = new QualifiedName(row.getString(1), row.getString(2));
                triggers.computeIfAbsent(table, _ -> new ArrayList<>())
                        .add(TableTriggers.drop(row.getString(3), table));
            }
        }
        List<Removal> removals = new ArrayList<>();
        triggers.forEach((table, drops) ->
                removals.add(new Removal("table " + table, "source: " + what + " on " + table, drops)));
        run(removals);
    }

    private void all(String query, String kind, String drop) throws SQLException, InterruptedException {
        List<Removal> removals = new ArrayList<>();
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                String name = "replicator." + row.getString(1);
                String quoted = "replicator." + Identifiers.quote(row.getString(1));
                removals.add(new Removal(
                        kind + " " + name, "source: " + kind + " " + name, List.of(drop.formatted(quoted))));
            }
        }
        run(removals);
    }

    private void run(List<Removal> removals) throws SQLException, InterruptedException {
        removals.forEach(removal -> removed.add(removal.description()));
        if (dryRun) {
            return;
        }
        new ShortTransactions<>(source, "removing", new ShortTransactions.Work<Removal>() {
                    @Override
                    public void run(Removal removal) throws SQLException {
                        try (Statement statement = source.createStatement()) {
                            for (String drop : removal.statements()) {
                                statement.execute(drop);
                            }
                        }
                    }

                    @Override
                    public void done(Removal removal) {
                        progressed = System.nanoTime();
                    }

                    @Override
                    public void refused(Removal removal) {
                        requirePatience(removal);
                    }
                })
                .run(removals);
    }

    private void requirePatience(Removal removal) {
        if (System.nanoTime() - progressed > PATIENCE_NANOS) {
            throw new ReplicatorException(
                    ErrorCode.SCHEMA_FAILED,
                    removal + " on the source is locked by open transactions for minutes: end them (pg_locks,"
                            + " pg_prepared_xacts), then run 'replicator teardown' again");
        }
    }
}
