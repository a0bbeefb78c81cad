package io.replicator.capture.trigger;

import io.replicator.postgres.Identifiers;
import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The triggers of one table as SQL text (PostgreSQL documentation, CREATE TRIGGER).
 *
 * <p>Their names hold the table's OID, so that no trigger of another table can collide with them when tables are
 * attached or inherited. A cascade of TRUNCATE from a partitioned table fires those of its leaves.
 */
final class TableTriggers {
    private static final String PER_STATEMENT = "FOR EACH STATEMENT";
    private static final String PER_ROW = "FOR EACH ROW";

    private final int table;
    private final String quotedTable;
    private final KeyShape shape;
    private final boolean rowLevel;

    TableTriggers(CapturedTable table) {
        this.table = table.relationOid();
        this.quotedTable = table.name().quoted();
        this.shape = table.shape();
        this.rowLevel = table.rowLevel();
    }

    /** What every trigger's name begins with. */
    static String prefix(int table) {
        return "replicator_" + Integer.toUnsignedString(table) + '_';
    }

    /** The names of our triggers on a table, whatever made them. */
    static List<String> existing(Connection source, int table) throws SQLException {
        List<String> names = new ArrayList<>();
        try (PreparedStatement statement = source.prepareStatement("""
                SELECT tgname FROM pg_trigger
                WHERE tgrelid = ?::oid AND NOT tgisinternal AND left(tgname, length(?)) = ? ORDER BY tgname""")) {
            statement.setLong(1, Integer.toUnsignedLong(table));
            statement.setString(2, prefix(table));
            statement.setString(3, prefix(table));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    names.add(row.getString(1));
                }
            }
        }
        return names;
    }

    static String drop(String trigger, QualifiedName table) {
        return "DROP TRIGGER IF EXISTS " + Identifiers.quote(trigger) + " ON " + table.quoted();
    }

    /** The functions of this table alone. */
    List<String> functions(TriggerFunctions functions) {
        if (shape.keyless()) {
            return List.of();
        }
        return rowLevel
                ? List.of(functions.insertedRow(), functions.updatedRow(), functions.deletedRow())
                : List.of(functions.changedRows(), functions.updatedRows());
    }

    /** Statements that create the triggers and make them fire whatever the session's replication role. */
    List<String> create() {
        List<String> statements = new ArrayList<>();
        if (shape.keyless()) {
            add(statements, "insert", "", granularity(), "replicator.touched");
            add(statements, "update", "", granularity(), "replicator.touched");
            add(statements, "delete", "", granularity(), "replicator.touched");
        } else if (rowLevel) {
            add(statements, "insert", "", PER_ROW, TriggerFunctions.name(table, "inserted"));
            add(statements, "update", "", PER_ROW, TriggerFunctions.name(table, "updated"));
            add(statements, "delete", "", PER_ROW, TriggerFunctions.name(table, "deleted"));
        } else {
            String changed = TriggerFunctions.name(table, "changed");
            add(statements, "insert", "REFERENCING NEW TABLE AS changed_rows ", PER_STATEMENT, changed);
            add(
                    statements,
                    "update",
                    "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows ",
                    PER_STATEMENT,
                    TriggerFunctions.name(table, "updated"));
            add(statements, "delete", "REFERENCING OLD TABLE AS changed_rows ", PER_STATEMENT, changed);
        }
        add(statements, "truncate", "", PER_STATEMENT, TriggerFunctions.truncatedName(shape));
        return statements;
    }

    private String granularity() {
        return rowLevel ? PER_ROW : PER_STATEMENT;
    }

    private void add(
            List<String> statements, String event, String transitionTables, String granularity, String function) {
        String trigger = Identifiers.quote(prefix(table) + event);
        statements.add("CREATE TRIGGER " + trigger + " AFTER " + event + " ON " + quotedTable + " " + transitionTables
                + granularity + " EXECUTE PROCEDURE " + function + "()");
        statements.add("ALTER TABLE ONLY " + quotedTable + " ENABLE ALWAYS TRIGGER " + trigger);
    }
}
