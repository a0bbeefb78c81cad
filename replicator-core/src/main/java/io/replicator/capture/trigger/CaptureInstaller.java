package io.replicator.capture.trigger;

import io.replicator.capture.SourceSchema;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.ServerVersion;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Installs the capture triggers: every table in a short transaction of its own that hardly waits for the table's
 * writers and, when they hold on, comes back to the table later.
 *
 * <p>CREATE TRIGGER is granted its lock only when no writer's transaction is open on the table, so a table is fully
 * captured from the moment its transaction commits. What is installed and intact is left alone: a run that died in the
 * middle is continued by the next.
 */
public final class CaptureInstaller {
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
    private final Consumer<QualifiedName> before;
    private final Consumer<String> progress;

    private long told = System.nanoTime() - TELL_NANOS;

    private CaptureInstaller(
            Connection source, ServerVersion version, Consumer<QualifiedName> before, Consumer<String> progress) {
        this.source = source;
        this.version = version;
        this.before = before;
        this.progress = progress;
    }

    /**
     * Installs what is missing or not intact for every table of the catalog. A table that was captured and is not intact
     * any more loses the trace of that, so it has to be copied after this.
     *
     * @param before told each table that is about to be installed, before anything of it is committed
     * @param progress told what is done and waited for, at most twice a second
     * @return the captured tables in the catalog's order
     * @throws ReplicatorException {@code TABLE_CHANGED} when a table is no longer as the catalog says
     * @throws InterruptedException when interrupted between two attempts
     */
    public static List<CapturedTable> install(
            Database source, Catalog catalog, Consumer<QualifiedName> before, Consumer<String> progress)
            throws InterruptedException {
        Set<KeyShape> shapes = catalog.tables().stream().map(KeyShape::of).collect(Collectors.toSet());
        try (Connection connection = source.open("capture")) {
            SourceSchema.install(connection);
            CaptureSchema.install(connection, shapes);
            return new CaptureInstaller(connection, catalog.version(), before, progress).install(catalog.tables());
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "installing capture on the source", e);
        }
    }

    private List<CapturedTable> install(List<Table> tables) throws SQLException, InterruptedException {
        Map<Integer, CapturedTable> done = intact(tables);
        List<Table> missing =
                tables.stream().filter(table -> !done.containsKey(table.oid())).toList();
        missing.forEach(table -> before.accept(table.name()));
        new ShortTransactions<>(source, "installing capture on table", new ShortTransactions.Work<Table>() {
                    @Override
                    public void run(Table table) throws SQLException {
                        done.put(table.oid(), new TableInstallation(source, version, table).run());
                    }

                    @Override
                    public void done(Table table) {
                        tell("capture triggers on " + done.size() + " of " + tables.size() + " tables");
                    }

                    @Override
                    public void refused(Table table) {
                        tell("capture waits for open transactions on table " + table);
                    }
                })
                .run(missing);
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

    private void tell(String message) {
        long now = System.nanoTime();
        if (now - told > TELL_NANOS) {
            told = now;
            progress.accept(message);
        }
    }
}
