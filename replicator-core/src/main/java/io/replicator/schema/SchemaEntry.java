package io.replicator.schema;

import java.util.List;

/**
 * One object of the dump.
 *
 * @param number its place in the dump
 * @param type as pg_dump names it, for example {@code FK CONSTRAINT}
 * @param name with its schema, for messages
 * @param sql one or more statements
 * @param tables the tables it locks
 * @param weight bytes to be read: heavy entries start first; 0 in stages where the order counts; negative for what
 *     follows everything else of a table
 */
record SchemaEntry(int number, Stage stage, String type, String name, String sql, List<String> tables, long weight) {
    SchemaEntry {
        tables = List.copyOf(tables);
    }

    SchemaEntry numbered(int place) {
        return new SchemaEntry(place, stage, type, name, sql, tables, weight);
    }

    /** Whether it fails when two rows hold the same value. */
    boolean demandsDistinctRows() {
        return switch (type) {
            case "INDEX" -> sql.contains("CREATE UNIQUE INDEX");
            case "CONSTRAINT" -> sql.contains(" UNIQUE ") || sql.contains(" EXCLUDE ");
            default -> false;
        };
    }

    /** Whether nothing else may be built on its tables meanwhile; indexes of one table may go side by side. */
    boolean locksOut() {
        return !type.equals("INDEX") || sql.contains("ALTER TABLE");
    }

    @Override
    public String toString() {
        return type + " " + name;
    }
}
