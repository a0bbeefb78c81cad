package io.replicator.apply;

import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the row that made a statement fail: statement by statement, and then by halves of its rows. It works in a
 * transaction of its own, which is rolled back, on what the last commit left there: rows that the changes before brought may
 * be missing.
 */
final class PoisonSearch {
    private final Connection connection;
    private final RowTypes types;
    private final Statements statements;

    PoisonSearch(Connection connection, RowTypes types, Statements statements) {
        this.connection = connection;
        this.types = types;
        this.statements = statements;
    }

    /** A row, in a group of its own, and why it fails. */
    record Poison(SetGroup row, SQLException failure) {}

    /**
     * Looks for the first row that fails with the SQLSTATE of a failure.
     *
     * @return null when none does by itself
     */
    @Nullable
    Poison find(List<SetGroup> suspects, SQLException failure) throws SQLException {
        connection.rollback();
        types.rolledBack();
        try {
            for (SetGroup group : suspects) {
                SQLException failed = attempt(group);
                if (failed != null && SqlStates.has(failed, String.valueOf(failure.getSQLState()))) {
                    return narrow(group, failed);
                }
            }
            return null;
        } finally {
            connection.rollback();
        }
    }

    private Poison narrow(SetGroup group, SQLException failure) throws SQLException {
        int size = group.rows().size();
        if (size == 1) {
            return new Poison(group, failure);
        }
        SetGroup first = group.part(0, size / 2);
        SQLException failed = attempt(first);
        if (failed != null) {
            return narrow(first, failed);
        }
        SetGroup second = group.part(size / 2, size);
        failed = attempt(second);
        return failed == null ? new Poison(second, failure) : narrow(second, failed);
    }

    private @Nullable SQLException attempt(SetGroup group) throws SQLException {
        RoundTrip trip = new RoundTrip(statements);
        int mark = types.created();
        Savepoint savepoint = connection.setSavepoint();
        try {
            trip.add(group.lenient().asArray(types.of(group.columns())));
            trip.send();
            return null;
        } catch (SQLException e) {
            connection.rollback(savepoint);
            types.forgetSince(mark);
            return e;
        }
    }
}
