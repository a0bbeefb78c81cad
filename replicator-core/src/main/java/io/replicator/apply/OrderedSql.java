package io.replicator.apply;

import io.replicator.change.Tuple;
import io.replicator.postgres.Identifiers;
import java.util.StringJoiner;

/**
 * A block of PL/pgSQL that applies changes of one table one by one from a staging table: {@code n} is the order,
 * {@code op} the operation, {@code keeps} names the columns an update leaves as they are, {@code o<i>} identify the row and
 * {@code c<i>} are its new values.
 */
final class OrderedSql {
    static final String INSERT = "i";
    static final String UPDATE = "u";
    static final String DELETE = "d";
    static final String UPSERT = "w";
    static final String REMOVE = "r";

    /** The SQLSTATE of a row that is not there; the detail is then the change's number. */
    static final String ROW_MISSING = "RPM01";

    private final TableMapping mapping;
    private final byte[] formats;
    private final String table;

    /** @param formats one per column of the relation */
    OrderedSql(TableMapping mapping, byte[] formats) {
        this.mapping = mapping;
        this.formats = formats;
        this.table = mapping.table().name().quoted();
    }

    /** The columns that identify a row: the key, or every written column where there is none. */
    static int[] identifying(TableMapping mapping) {
        return mapping.hasKey() ? mapping.key() : mapping.written();
    }

    String stagingColumns() {
        StringJoiner columns = new StringJoiner(", ");
        columns.add("n pg_catalog.int8").add("op pg_catalog.text").add("keeps pg_catalog.text");
        for (int column : identifying(mapping)) {
            columns.add("o" + column + " " + type(column));
        }
        for (int column : mapping.written()) {
            columns.add("c" + column + " " + type(column));
        }
        return columns.toString();
    }

    private String type(int column) {
        return isText(column) ? "pg_catalog.text" : mapping.type(column);
    }

    private boolean isText(int column) {
        return formats[column] == Tuple.TEXT;
    }

    String block(String staging) {
        String insert = insert();
        return "DO "
                + Identifiers.literal("""
                #variable_conflict use_column
                DECLARE
                    r record;
                    done pg_catalog.int8;
                BEGIN
                    FOR r IN SELECT * FROM %1$s ORDER BY n LOOP
                        CASE r.op
                            WHEN 'i' THEN %2$s;
                            WHEN 'u' THEN %3$s;
                            WHEN 'w' THEN %4$s;
                            ELSE %5$s;
                        END CASE;
                        GET DIAGNOSTICS done = ROW_COUNT;
                        IF done <> 1 AND NOT (done = 0 AND r.op = 'r') THEN
                            RAISE EXCEPTION 'change %% matched %% rows', r.n, done USING ERRCODE = '%6$s', DETAIL = r.n;
                        END IF;
                    END LOOP;
                END""".formatted(
                                staging,
                                insert,
                                update(),
                                mapping.hasKey() ? insert + SetSql.onConflict(mapping) : insert,
                                "DELETE FROM " + mapping.table().rows() + " AS t WHERE " + row(),
                                ROW_MISSING));
    }

    private String insert() {
        if (mapping.written().length == 0) {
            return "INSERT INTO " + table + " DEFAULT VALUES";
        }
        StringJoiner values = new StringJoiner(", ");
        for (int column : mapping.written()) {
            values.add(value("c", column));
        }
        return "INSERT INTO " + table + " (" + SetSql.names(mapping, mapping.written())
                + ") OVERRIDING SYSTEM VALUE VALUES (" + values + ")";
    }

    private String update() {
        if (mapping.written().length == 0) {
            return "PERFORM 1";
        }
        StringJoiner assignments = new StringJoiner(", ");
        for (int column : mapping.written()) {
            String name = Identifiers.quote(mapping.columnName(column));
            assignments.add(name + " = CASE WHEN r.keeps LIKE '%," + column + ",%' THEN t." + name + " ELSE "
                    + value("c", column) + " END");
        }
        return "UPDATE " + mapping.table().rows() + " AS t SET " + assignments + " WHERE " + row();
    }

    /**
     * Without a key one row of those that look the same is taken. The comparison is one of text, because some types
     * (json, point) have no equality.
     */
    private String row() {
        StringJoiner condition = new StringJoiner(" AND ");
        for (int column : identifying(mapping)) {
            String name = Identifiers.quote(mapping.columnName(column));
            condition.add(
                    mapping.hasKey()
                            ? "t." + name + " = " + value("o", column)
                            : "o." + name + "::text IS NOT DISTINCT FROM " + value("o", column) + "::text");
        }
        return mapping.hasKey()
                ? condition.toString()
                : "t.ctid = (SELECT o.ctid FROM " + mapping.table().rows() + " AS o WHERE " + condition + " LIMIT 1)";
    }

    private String value(String prefix, int column) {
        String field = "r." + prefix + column;
        return isText(column) ? field + "::" + mapping.type(column) : field;
    }
}
