package io.replicator.cutover;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;

/**
 * No fence: the hooks guarantee that nobody writes. Raising it waits until no transaction, prepared ones included,
 * holds a writer's lock on a replicated table.
 */
public final class OpenFence implements Fence {
    private static final String WRITERS = """
            SELECT coalesce(string_agg(DISTINCT format('%s on %s', coalesce('pid ' || l.pid, 'a prepared transaction'),
                       l.relation::regclass), ', '), '')
            FROM pg_locks l
            JOIN pg_class c ON c.oid = l.relation
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN unnest(?::text[], ?::text[]) AS t (schema_name, table_name)
              ON n.nspname = t.schema_name AND c.relname = t.table_name
            WHERE l.locktype = 'relation' AND l.granted
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND l.mode IN ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareRowExclusiveLock',
                             'ExclusiveLock', 'AccessExclusiveLock')""";

    private final Database source;
    private final String migration;
    private final Supplier<List<QualifiedName>> tables;

    public OpenFence(Database source, String migration, Supplier<List<QualifiedName>> tables) {
        this.source = source;
        this.migration = migration;
        this.tables = tables;
    }

    @Override
    public void raise(Deadline deadline) throws InterruptedException {
        String writers = writers();
        while (!writers.isEmpty()) {
            if (deadline.remaining().isZero()) {
                throw new ReplicatorException(
                        ErrorCode.CUTOVER_FAILED, "somebody still writes on the source: " + writers);
            }
            Thread.sleep(50);
            writers = writers();
        }
    }

    private String writers() {
        List<QualifiedName> names = tables.get();
        try (Connection connection = source.borrow();
                PreparedStatement statement = connection.prepareStatement(WRITERS)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "text", names.stream().map(QualifiedName::schema).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text", names.stream().map(QualifiedName::name).toArray()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "looking for writers on the source", e);
        }
    }

    @Override
    public void move() {
        try (Connection connection = source.open("gate")) {
            Gate.move(connection, migration);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "moving the gate on the source", e);
        }
    }

    @Override
    public void close() {}
}
