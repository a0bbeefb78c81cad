package io.replicator.capture.trigger;

import io.replicator.catalog.Column;
import io.replicator.catalog.Table;
import io.replicator.change.Tuple;
import io.replicator.change.TxidSnapshot;
import io.replicator.postgres.Identifiers;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;

/**
 * SQL over the change logs of one window. COPY takes no parameters, so the snapshot and the numbers stand in the text;
 * the snapshot's form was checked when it was parsed.
 *
 * <p>Rows travel as binary COPY. Where the target's column does not have the same type, the column is one of text: a field
 * of that is the value's UTF-8 text with its length before it.
 */
final class WindowSql {
    private static final int SEGMENTS = 3;

    private WindowSql() {}

    /** The condition under which a log row belongs to the window that begins at a snapshot. */
    static String inWindow(TxidSnapshot previous) {
        return "xid >= " + previous.xmin() + " AND NOT txid_visible_in_snapshot(xid, "
                + Identifiers.literal(previous.text()) + "::txid_snapshot)";
    }

    /** Which tables the window touches: table id, number of log rows, whether the table was emptied. */
    static String touched(List<CapturedTable> tables, TxidSnapshot previous) {
        Set<KeyShape> shapes = new LinkedHashSet<>();
        tables.forEach(table -> shapes.add(table.shape()));
        StringJoiner logs = new StringJoiner(" UNION ALL ");
        shapes.forEach(shape -> {
            String emptied = emptied(shape);
            for (int segment = 0; segment < SEGMENTS; segment++) {
                logs.add("SELECT table_id, " + emptied + " AS emptied FROM " + shape.log(segment) + " WHERE "
                        + inWindow(previous));
            }
        });
        return "SELECT table_id, count(*), bool_or(emptied) FROM (" + logs + ") AS w GROUP BY table_id";
    }

    /** Without a key, or with a part of one that was renamed. */
    private static String emptied(KeyShape shape) {
        StringJoiner missing = new StringJoiner(" OR ");
        for (int i = 1; i <= shape.columns(); i++) {
            missing.add("k" + i + " IS NULL");
        }
        return shape.keyless() ? "true" : missing.toString();
    }

    /** The current rows of the touched keys; a key without a row comes with a missing row. */
    static String rows(WindowTables.Entry entry, TxidSnapshot previous, LogSlice slice) {
        CapturedTable captured = entry.captured();
        Table table = entry.table();
        List<String> selected = new ArrayList<>();
        List<String> joined = new ArrayList<>();
        for (int i = 0; i < captured.keyColumns().size(); i++) {
            String name = Identifiers.quote(captured.keyColumns().get(i));
            selected.add(key(entry, i));
            joined.add(join(
                    captured.shape(),
                    i,
                    "t." + name,
                    table.column(captured.keyColumns().get(i))));
        }
        selected.add("CASE WHEN t.ctid IS NULL THEN NULL ELSE ''::text END");
        selected.addAll(values(entry));
        return "COPY (SELECT " + String.join(", ", selected) + " FROM (" + keys(captured, previous, slice)
                + ") AS w LEFT JOIN ONLY " + table.name().quoted() + " AS t ON " + String.join(" AND ", joined)
                + ") TO STDOUT (FORMAT binary)";
    }

    /** The touched keys alone. */
    static String touchedKeys(WindowTables.Entry entry, TxidSnapshot previous, LogSlice slice) {
        CapturedTable captured = entry.captured();
        StringJoiner names = new StringJoiner(", ");
        for (int i = 0; i < captured.keyColumns().size(); i++) {
            names.add(key(entry, i));
        }
        return "COPY (SELECT " + names + " FROM (" + keys(captured, previous, slice)
                + ") AS w) TO STDOUT (FORMAT binary)";
    }

    /** All rows of a table. */
    static String allRows(WindowTables.Entry entry) {
        return "COPY (SELECT " + String.join(", ", values(entry)) + " FROM ONLY "
                + entry.table().name().quoted() + " AS t) TO STDOUT (FORMAT binary)";
    }

    private static String keys(CapturedTable captured, TxidSnapshot previous, LogSlice slice) {
        StringJoiner columns = new StringJoiner(", ");
        for (int i = 1; i <= captured.keyColumns().size(); i++) {
            columns.add("k" + i);
        }
        StringJoiner logs = new StringJoiner(" UNION ALL ");
        for (int segment = 0; segment < SEGMENTS; segment++) {
            if (slice.covers(segment)) {
                logs.add("SELECT " + columns + " FROM " + captured.shape().log(segment) + " WHERE table_id = "
                        + captured.id() + " AND k1 IS NOT NULL AND " + slice.condition() + inWindow(previous));
            }
        }
        return "SELECT DISTINCT " + columns + " FROM (" + logs + ") AS l";
    }

    /** Text keys are cast back to the column's type, so that its index serves and its equality decides. */
    private static String join(KeyShape shape, int index, String column, Column type) {
        String key = "w.k" + (index + 1);
        return column + " = " + (shape.letters().charAt(index) == 't' ? key + "::" + castType(type) : key);
    }

    /** Without a length, which a cast would cut to. */
    private static String castType(Column column) {
        String type = column.type();
        if (type.endsWith("[]")) {
            return withoutLength(type.substring(0, type.length() - 2)) + "[]";
        }
        return withoutLength(type);
    }

    private static String withoutLength(String type) {
        if (type.startsWith("character(") || type.equals("character")) {
            return "pg_catalog.bpchar";
        }
        if (type.startsWith("bit(") || type.equals("bit")) {
            return "pg_catalog.\"bit\"";
        }
        int bracket = type.indexOf('(');
        return bracket < 0 || type.endsWith("\"")
                ? type
                : type.substring(0, bracket) + type.substring(type.indexOf(')') + 1);
    }

    /** A logged key in the form that the column's values have. */
    private static String key(WindowTables.Entry entry, int index) {
        int column = entry.keyColumns().get(index);
        String logged = "w.k" + (index + 1);
        return entry.forms().get(column) == Tuple.BINARY
                ? logged + "::" + castType(entry.table().writableColumns().get(column))
                : logged + "::text";
    }

    private static List<String> values(WindowTables.Entry entry) {
        List<String> values = new ArrayList<>();
        List<Column> columns = entry.table().writableColumns();
        for (int i = 0; i < columns.size(); i++) {
            String name = "t." + Identifiers.quote(columns.get(i).name());
            values.add(entry.forms().get(i) == Tuple.BINARY ? name : name + "::text");
        }
        return values;
    }
}
