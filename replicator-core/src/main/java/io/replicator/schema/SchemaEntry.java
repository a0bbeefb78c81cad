package io.replicator.schema;

import java.util.List;

/**
 * One object of the dump.
 *
 * @param number its place in the dump
 * @param type as pg_dump names it, for example {@code FK CONSTRAINT}
 * @param name with its schema, for messages
 * @param sql one or more statements
 * @param tables the tables it locks, which must not be locked by two entries at the same time
 * @param weight bytes to be read: heavy entries start first; 0 in stages where the order counts
 */
record SchemaEntry(int number, Stage stage, String type, String name, String sql, List<String> tables, long weight) {
    SchemaEntry {
        tables = List.copyOf(tables);
    }

    /** Whether it fails when two rows hold the same value. */
    boolean demandsDistinctRows() {
        return switch (type) {
            case "INDEX" -> sql.contains("CREATE UNIQUE INDEX");
            case "CONSTRAINT" -> sql.contains(" UNIQUE ") || sql.contains(" EXCLUDE ");
            default -> false;
        };
    }

    @Override
    public String toString() {
        return type + " " + name;
    }
}
