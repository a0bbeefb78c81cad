package io.replicator.apply;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says what could not be applied: names the table, and the row where it can be found. Ends the open transaction. */
final class Diagnosis {
    private final int lane;
    private final SetApplier sets;
    private final PoisonSearch poisons;
    private final MissingRows missing;

    Diagnosis(Connection connection, int lane, SetApplier sets, RowTypes types, Statements statements) {
        this.lane = lane;
        this.sets = sets;
        this.poisons = new PoisonSearch(connection, types, statements);
        this.missing = new MissingRows(connection, types, statements);
    }

    /** @param table at which it happened, where nothing better is known */
    ReplicatorException of(@Nullable String table, SQLException e) {
        return e instanceof RowsMissing rows ? missing(rows) : refused(table, e);
    }

    private ReplicatorException missing(RowsMissing rows) {
        String message = rows.summary();
        try {
            message = missing.describe(rows);
        } catch (SQLException searching) {
            rows.addSuppressed(searching);
        }
        return new ReplicatorException(ErrorCode.ROW_MISSING, message, rows);
    }

    private ReplicatorException refused(@Nullable String table, SQLException e) {
        List<SetGroup> suspects = sets.suspects();
        if (!SqlStates.isTransient(e) && !suspects.isEmpty()) {
            try {
                PoisonSearch.Poison poison = poisons.find(suspects, e);
                if (poison != null) {
                    String name = poison.row().mapping().table().name().toString();
                    return ApplyFailures.ofTables(
                            "table " + name + ", row " + poison.row().describe(), poison.failure());
                }
            } catch (SQLException searching) {
                e.addSuppressed(searching);
            }
        }
        String tables = suspects.isEmpty() && table != null
                ? table
                : suspects.stream()
                        .map(group -> group.mapping().table().name().toString())
                        .distinct()
                        .collect(Collectors.joining(" or "));
        return ApplyFailures.ofTables(tables.isEmpty() ? "lane " + lane : "table " + tables, e);
    }
}
