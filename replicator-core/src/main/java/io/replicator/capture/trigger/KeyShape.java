package io.replicator.capture.trigger;

import io.replicator.catalog.Column;
import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.postgres.QualifiedName;
import java.util.stream.Collectors;

/**
 * What the keys of tables that share a change log look like: one letter per key column, in the key's order.
 *
 * <p>{@code b} is an int2, int4 or int8, logged as bigint, so that a widened key still fits; {@code u} a uuid; {@code t}
 * everything else (domains too), logged as text that does not depend on the writer's settings and that casts back to the
 * column's type. A table without a key has no letters, and its log says only that something in it changed.
 */
public record KeyShape(String letters) {
    /** The number of parts a change log has. */
    public static final int SEGMENTS = 3;

    /** A transaction writes into segment {@code (txid_current() >> SEGMENT_SHIFT) % SEGMENTS}. */
    public static final int SEGMENT_SHIFT = 14;

    public static final KeyShape NONE = new KeyShape("");

    private static final String NAME_OF_NONE = "none";
    private static final int INT8 = 20;
    private static final int INT2 = 21;
    private static final int INT4 = 23;
    private static final int UUID = 2950;

    public KeyShape {
        if (!letters.matches("[but]*")) {
            throw new IllegalArgumentException("unknown key shape '" + letters + "'");
        }
    }

    public static KeyShape of(Table table) {
        Key key = table.key();
        if (key == null) {
            return NONE;
        }
        return new KeyShape(
                key.columns().stream().map(name -> letter(column(table, name))).collect(Collectors.joining()));
    }

    /** The shape with the given {@link #name}. */
    public static KeyShape ofName(String name) {
        return name.equals(NAME_OF_NONE) ? NONE : new KeyShape(name);
    }

    static Column column(Table table, String name) {
        return table.columns().stream()
                .filter(column -> column.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("table " + table + " has no column " + name));
    }

    private static String letter(Column column) {
        return switch (column.typeOid()) {
            case INT2, INT4, INT8 -> "b";
            case UUID -> "u";
            default -> "t";
        };
    }

    /** The letters, or {@code none}. */
    public String name() {
        return letters.isEmpty() ? NAME_OF_NONE : letters;
    }

    public boolean keyless() {
        return letters.isEmpty();
    }

    /** The number of key columns; in the log they are called {@code k1}, {@code k2} and so on. */
    public int columns() {
        return letters.length();
    }

    /** The SQL type of the log's column for a key column, counted from 0. */
    public String logType(int column) {
        return switch (letters.charAt(column)) {
            case 'b' -> "pg_catalog.int8";
            case 'u' -> "pg_catalog.uuid";
            default -> "pg_catalog.text";
        };
    }

    /** A segment's name; at most 41 bytes, because an index has at most 32 columns. */
    public QualifiedName logName(int segment) {
        return new QualifiedName("replicator", "change_" + name() + "_" + segment);
    }

    /** A segment's name as SQL text. */
    public String log(int segment) {
        return logName(segment).quoted();
    }

    @Override
    public String toString() {
        return name();
    }
}
