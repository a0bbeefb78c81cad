package io.replicator.snapshot;

import io.replicator.catalog.Column;
import io.replicator.catalog.Table;
import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Asks whether tables of the source are still what they were, because an older snapshot reads too few rows from a new file. */
final class SourceStructures {
    private static final String STRUCTURES = """
            SELECT c.oid::bigint, coalesce(pg_relation_filenode(c.oid), 0)::bigint, n.nspname, c.relname,
                   ARRAY(SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                         FROM pg_attribute a
                         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid IN (SELECT o::oid FROM unnest(?::bigint[]) AS o)""";

    private SourceStructures() {}

    /** Whether names, files and columns are those of the catalog; leaves the session outside autocommit mode. */
    static boolean unchanged(Connection source, List<Table> tables) throws SQLException {
        return changed(source, tables).isEmpty();
    }

    /** The tables whose name, file or columns are not those of the catalog; leaves the session outside autocommit mode. */
    static List<Table> changed(Connection source, List<Table> tables) throws SQLException {
        Map<Long, Structure> now = read(source, tables);
        List<Table> changed = new ArrayList<>();
        for (Table table : tables) {
            Structure listed = new Structure(table.name(), table.filenode(), columns(table));
            if (!listed.equals(now.get(Integer.toUnsignedLong(table.oid())))) {
                changed.add(table);
            }
        }
        return changed;
    }

    /** The name, file and columns of a table. */
    private record Structure(QualifiedName name, long filenode, List<String> columns) {}

    private static Map<Long, Structure> read(Connection source, List<Table> tables) throws SQLException {
        source.setAutoCommit(true);
        try (PreparedStatement statement = source.prepareStatement(STRUCTURES)) {
            Object[] oids = tables.stream()
                    .map(table -> Integer.toUnsignedLong(table.oid()))
                    .toArray();
            statement.setArray(1, source.createArrayOf("bigint", oids));
            Map<Long, Structure> structures = new HashMap<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    QualifiedName name = new QualifiedName(row.getString(3), row.getString(4));
                    List<String> columns = List.of((String[]) row.getArray(5).getArray());
                    structures.put(row.getLong(1), new Structure(name, row.getLong(2), columns));
                }
            }
            return structures;
        } finally {
            source.setAutoCommit(false);
        }
    }

    private static List<String> columns(Table table) {
        List<String> columns = new ArrayList<>();
        for (Column column : table.columns()) {
            columns.add(column.name() + " " + column.type());
        }
        return columns;
    }
}
