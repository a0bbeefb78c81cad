package io.replicator.capture.trigger;

import io.replicator.postgres.Identifiers;
import io.replicator.postgres.ServerVersion;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;

/**
 * The trigger functions of one table as SQL text (PostgreSQL documentation, section 43.10).
 *
 * <p>They run inside the application's statements. So they name everything by schema, operators included, take nothing
 * from the session's settings, and give a statement that changed no row no transaction id. A statement-level UPDATE logs
 * every old key; the new ones only where they are other keys: one row is compared, many by the sum of the keys' 64-bit
 * hashes on either side. The two sums stand behind an IF of their own, because PL/pgSQL runs a condition that contains a
 * query whole: for a single row that was a third of the trigger's time (18 against 11 µs).
 */
final class TriggerFunctions {
    private static final int FIRST_WITH_EXTENDED_HASHES = 11;

    private static final String CANONICAL_SETTINGS = """
             SET search_path TO pg_catalog SET "DateStyle" TO 'ISO, YMD' SET "IntervalStyle" TO 'postgres' \
            SET "TimeZone" TO 'UTC' SET bytea_output TO 'hex' SET extra_float_digits TO '3' SET lc_monetary TO 'C'""";

    private final int table;
    private final KeyShape shape;
    private final List<KeyColumn> key;
    private final ServerVersion version;

    TriggerFunctions(int table, KeyShape shape, List<KeyColumn> key, ServerVersion version) {
        this.table = table;
        this.shape = shape;
        this.key = List.copyOf(key);
        this.version = version;
    }

    /** The function's name as SQL text; the table's OID makes it its own. */
    static String name(int table, String operation) {
        return "replicator." + Identifiers.quote(operation + '_' + Integer.toUnsignedString(table));
    }

    /** For statement-level INSERT and DELETE, which call their transition table {@code changed_rows}. */
    String changedRows() {
        return create("changed", log -> insert(log, "changed_rows"));
    }

    /** For statement-level UPDATE, which calls its transition tables {@code old_rows} and {@code new_rows}. */
    String updatedRows() {
        return create("updated", this::logUpdate);
    }

    String insertedRow() {
        return create("inserted", log -> insertRow(log, "NEW"));
    }

    String deletedRow() {
        return create("deleted", log -> insertRow(log, "OLD"));
    }

    String updatedRow() {
        StringJoiner differs = new StringJoiner(" OR ");
        key.forEach(column -> differs.add(column.logged("NEW.") + " OPERATOR(pg_catalog.<>) " + column.logged("OLD.")));
        return create(
                "updated",
                log -> insertRow(log, "OLD") + "IF " + differs + " THEN " + insertRow(log, "NEW") + "END IF;");
    }

    private String insertRow(String log, String row) {
        StringJoiner values = new StringJoiner(", ");
        values.add("pg_catalog.txid_current()").add("(" + table + ")");
        key.forEach(column -> values.add(column.logged(row + ".")));
        return "INSERT INTO " + log + " VALUES (" + values + "); ";
    }

    private String logUpdate(String log) {
        if (!version.atLeast(FIRST_WITH_EXTENDED_HASHES)) {
            return insert(log, "old_rows") + insert(log, "new_rows");
        }
        return """
                %s UNION ALL (%s);
                GET DIAGNOSTICS logged = ROW_COUNT;
                IF logged OPERATOR(pg_catalog.>) 1::pg_catalog.int8 THEN
                    IF (SELECT pg_catalog.sum(%s) FROM %s) OPERATOR(pg_catalog.<>)
                        (SELECT pg_catalog.sum(%3$s) FROM %s) THEN
                        %s
                    END IF;
                END IF;""".formatted(
                        "INSERT INTO " + log + " " + select("old_rows"),
                        firstOtherKey(),
                        hash("n"),
                        keys("old_rows", "n"),
                        keys("new_rows", "n"),
                        insert(log, "new_rows"));
    }

    private String insert(String log, String rows) {
        return "INSERT INTO " + log + " " + select(rows) + "; ";
    }

    private String select(String rows) {
        return "SELECT " + values("n") + " FROM " + keys(rows, "n");
    }

    /** The first new key that is not the first old one: the changed key of a single row, one key too many for more rows. */
    private String firstOtherKey() {
        StringJoiner found = new StringJoiner(", ");
        StringJoiner sought = new StringJoiner(", ");
        for (int i = 1; i <= key.size(); i++) {
            found.add("n.k" + i);
            sought.add("o.k" + i);
        }
        return select("new_rows") + " WHERE (" + found + ") OPERATOR(pg_catalog.<>) (SELECT " + sought + " FROM "
                + keys("old_rows", "o") + " LIMIT 1) LIMIT 1";
    }

    /**
     * The keys of rows of a transition table in the form the log takes. A key column that was renamed or dropped must not
     * fail the application: its name, which is not qualified, then finds the NULL outside, and a row without a key makes
     * the reader read the table whole. Row-level functions cannot afford the same: it doubles what they cost.
     */
    private String keys(String rows, String alias) {
        StringJoiner absent = new StringJoiner(", ");
        for (int i = 0; i < key.size(); i++) {
            absent.add("NULL::" + shape.logType(i) + " AS "
                    + Identifiers.quote(key.get(i).name()));
        }
        return "(SELECT " + absent + ") absent, LATERAL " + lateralKeys(rows) + " " + alias;
    }

    private String lateralKeys(String rows) {
        StringJoiner keys = new StringJoiner(", ");
        for (int i = 0; i < key.size(); i++) {
            keys.add(key.get(i).logged("") + " AS k" + (i + 1));
        }
        return "(SELECT " + keys + " FROM " + rows + " r)";
    }

    private String values(String row) {
        StringJoiner values = new StringJoiner(", ");
        values.add("pg_catalog.txid_current()").add("(" + table + ")");
        for (int i = 1; i <= key.size(); i++) {
            values.add(row + ".k" + i);
        }
        return values.toString();
    }

    private String hash(String row) {
        String hash = "0::pg_catalog.int8";
        for (int i = 0; i < key.size(); i++) {
            hash = key.get(i).hash(row + ".k" + (i + 1), hash);
        }
        return hash;
    }

    private String create(String operation, UnaryOperator<String> log) {
        boolean settings = key.stream().anyMatch(KeyColumn::settingsDependent);
        return create(name(table, operation), settings ? CANONICAL_SETTINGS : "", shape, log);
    }

    /** For every operation on tables without a key: that something changed is all there is to say. */
    static String touched() {
        return create(
                "replicator.touched",
                "",
                KeyShape.NONE,
                log -> "INSERT INTO " + log + " VALUES (pg_catalog.txid_current(), TG_RELID::pg_catalog.int4);");
    }

    /**
     * For TRUNCATE of tables of a shape: a row without a key, and the table's new file, by which a TRUNCATE is told from
     * a rewrite.
     */
    static String truncated(KeyShape shape) {
        return create(truncatedName(shape), "", shape, log -> """
                INSERT INTO %s (xid, table_id) VALUES (pg_catalog.txid_current(), TG_RELID::pg_catalog.int4);
                INSERT INTO replicator.truncation VALUES (
                    pg_catalog.txid_current(), TG_RELID::pg_catalog.int4, pg_catalog.pg_relation_filenode(TG_RELID));
                """.formatted(log));
    }

    static String truncatedName(KeyShape shape) {
        return "replicator.truncated_" + shape.name();
    }

    private static String create(String name, String settings, KeyShape shape, UnaryOperator<String> log) {
        StringBuilder branches = new StringBuilder();
        for (int segment = 0; segment < KeyShape.SEGMENTS; segment++) {
            branches.append(segment == 0 ? "IF" : "ELSIF")
                    .append(" segment OPERATOR(pg_catalog.=) ")
                    .append(segment)
                    .append("::pg_catalog.int8 THEN\n")
                    .append(log.apply(shape.log(segment)))
                    .append('\n');
        }
        String body = """
                #variable_conflict use_column
                DECLARE
                    segment pg_catalog.int8 := (pg_catalog.txid_current_if_assigned() OPERATOR(pg_catalog.>>) %d)
                        OPERATOR(pg_catalog.%%) %d::pg_catalog.int8;
                    logged pg_catalog.int8;
                BEGIN
                    %sEND IF;
                    RETURN NULL;
                END""".formatted(KeyShape.SEGMENT_SHIFT, KeyShape.SEGMENTS, branches);
        return "CREATE OR REPLACE FUNCTION " + name + "() RETURNS pg_catalog.trigger LANGUAGE plpgsql SECURITY DEFINER"
                + settings + " AS " + Identifiers.literal(body);
    }
}
