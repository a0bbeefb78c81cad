package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.change.Tuple;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Applies the changes of a table one by one in the source's order: they are copied into a staging table, and one block on
 * the server works them off, without a round trip for each. Deferrable constraints are checked at commit, because the
 * source may have checked them later than after each row.
 */
final class OrderedApplier {
    private final Connection connection;
    private final CopyEncoder encoder;
    private final StagingTables staging;

    OrderedApplier(Connection connection, CopyEncoder encoder, StagingTables staging) {
        this.connection = connection;
        this.encoder = encoder;
        this.staging = staging;
    }

    void apply(TableChanges changes) throws SQLException {
        TableMapping mapping = changes.mapping();
        List<Change> ordered = changes.ordered();
        OrderedSql sql = new OrderedSql(mapping, formats(ordered, mapping));
        String table = staging.empty(mapping.table().name(), sql.stagingColumns());
        encoder.copy("COPY " + table + " FROM STDIN (FORMAT binary)", rows -> {
            for (int n = 0; n < ordered.size(); n++) {
                write(rows, n, ordered.get(n), mapping);
            }
        });
        try (Statement statement = connection.createStatement()) {
            if (mapping.table().orderMatters()) {
                statement.execute("SET CONSTRAINTS ALL DEFERRED");
            }
            statement.execute(sql.block(table));
        } catch (SQLException e) {
            if (SqlStates.has(e, OrderedSql.ROW_MISSING)) {
                throw new ReplicatorException(
                        ErrorCode.ROW_MISSING,
                        "table " + mapping.table().name() + ": " + row(ordered, mapping, e) + " is not on the target: "
                                + SqlStates.describe(e),
                        e);
            }
            throw e;
        }
    }

    private static String row(List<Change> ordered, TableMapping mapping, SQLException e) {
        ServerErrorMessage message = e instanceof PSQLException answered ? answered.getServerErrorMessage() : null;
        String number = message == null ? null : message.getDetail();
        if (number == null || !mapping.hasKey()) {
            return "a changed row";
        }
        Tuple identity = identity(ordered.get(Integer.parseInt(number)));
        return "the changed row " + new RowKey(identity, mapping.key()).describe(mapping);
    }

    private static byte[] formats(List<Change> ordered, TableMapping mapping) {
        byte[] formats = new byte[mapping.relation().columns().size()];
        byte usual = 0;
        for (Change change : ordered) {
            usual = note(formats, row(change), usual);
            usual = note(formats, identity(change), usual);
        }
        for (int i = 0; i < formats.length; i++) {
            if (formats[i] == Tuple.BINARY) {
                mapping.requireSameType(i);
            }
            if (formats[i] == 0) {
                formats[i] = usual == 0 ? Tuple.TEXT : usual;
            }
        }
        return formats;
    }

    private static byte note(byte[] formats, Tuple row, byte usual) {
        byte seen = usual;
        for (int i = 0; i < row.columnCount(); i++) {
            byte kind = row.kind(i);
            if (row.hasValue(i)) {
                formats[i] = kind;
                seen = kind;
            }
        }
        return seen;
    }

    /** The new row; for deletes the row that goes. */
    private static Tuple row(Change change) {
        return switch (change) {
            case Change.Insert insert -> insert.row();
            case Change.Update update -> merged(update);
            case Change.Upsert upsert -> upsert.row();
            case Change.Delete delete -> delete.old().tuple();
            case Change.Remove remove -> remove.key();
            case Change.Begin _, Change.Commit _, Change.Checkpoint _, Change.Truncate _, Change.Idle _ ->
                throw new IllegalArgumentException("not a row change: " + change);
        };
    }

    private static Tuple identity(Change change) {
        if (change instanceof Change.Update update) {
            Change.OldTuple old = update.old();
            return old == null ? update.row() : old.tuple();
        }
        return row(change);
    }

    private static Tuple merged(Change.Update update) {
        Change.OldTuple old = update.old();
        return old != null && old.complete() ? Tuples.merge(update.row(), old.tuple()) : update.row();
    }

    private static String operation(Change change) {
        return switch (change) {
            case Change.Insert _ -> OrderedSql.INSERT;
            case Change.Update _ -> OrderedSql.UPDATE;
            case Change.Upsert _ -> OrderedSql.UPSERT;
            case Change.Delete _ -> OrderedSql.DELETE;
            case Change.Remove _ -> OrderedSql.REMOVE;
            case Change.Begin _, Change.Commit _, Change.Checkpoint _, Change.Truncate _, Change.Idle _ ->
                throw new IllegalArgumentException("not a row change: " + change);
        };
    }

    private static void write(BinaryRows rows, int n, Change change, TableMapping mapping) throws SQLException {
        int[] identifying = OrderedSql.identifying(mapping);
        Tuple row = row(change);
        Tuple identity = identity(change);
        boolean gone = change instanceof Change.Delete || change instanceof Change.Remove;
        rows.begin(3 + identifying.length + mapping.written().length);
        rows.number(n);
        rows.bytes(operation(change).getBytes(StandardCharsets.US_ASCII));
        rows.bytes(kept(row, gone).getBytes(StandardCharsets.US_ASCII));
        for (int column : identifying) {
            rows.field(identity, column);
        }
        for (int column : mapping.written()) {
            if (gone) {
                rows.absent();
            } else {
                rows.field(row, column);
            }
        }
    }

    private static String kept(Tuple row, boolean gone) {
        StringBuilder kept = new StringBuilder();
        for (int i = 0; !gone && i < row.columnCount(); i++) {
            if (row.isUnchangedToast(i)) {
                kept.append(kept.isEmpty() ? "," : "").append(i).append(',');
            }
        }
        return kept.toString();
    }
}
