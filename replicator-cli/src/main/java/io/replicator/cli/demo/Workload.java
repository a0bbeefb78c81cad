package io.replicator.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.SplittableRandom;

/** What an application does in one transaction. Used by several threads at once, each with its own arguments. */
@FunctionalInterface
public interface Workload {
    /**
     * Runs the statements of one transaction, which the caller commits or rolls back.
     *
     * @param random decides everything that is random; a refused transaction is run again with the same numbers
     */
    void perform(Connection connection, SplittableRandom random) throws SQLException;
}
