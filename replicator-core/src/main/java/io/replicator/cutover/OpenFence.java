package io.replicator.cutover;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;

/**
 * No fence: the hooks guarantee that nobody writes. Raising it waits until no transaction, prepared ones included,
 * holds a writer's lock on a replicated table.
 */
public final class OpenFence implements Fence {
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
                throw deadline.exceeded("fence", "somebody still writes on the source: " + writers);
            }
            Thread.sleep(50);
            writers = writers();
        }
    }

    private String writers() {
        try (Connection connection = source.borrow()) {
            return LockHolders.writers(connection, tables.get());
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "looking for writers on the source", e);
        }
    }

    @Override
    public void move(Runnable beforeCommit) {
        try (Connection connection = source.open("gate")) {
            connection.setAutoCommit(false);
            Gate.move(connection, migration);
            beforeCommit.run();
            connection.commit();
        } catch (SQLException e) {
            if (Gate.read(source, migration) != Gate.State.MOVED) {
                throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "moving the gate on the source", e);
            }
        }
    }

    @Override
    public void close() {}
}
