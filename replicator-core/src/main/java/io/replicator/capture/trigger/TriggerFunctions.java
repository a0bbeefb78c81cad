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
 * hashes on either side.
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
        return create(
                "updated",
                log -> insertRow(log, "OLD") + "IF " + differs("NEW", "OLD") + " THEN " + insertRow(log, "NEW")
                        + "END IF;");
    }

    private String logUpdate(String log) {
        if (!version.atLeast(FIRST_WITH_EXTENDED_HASHES)) {
            return insert(log, "old_rows") + insert(log, "new_rows");
        }
        return """
                INSERT INTO %1$s SELECT %2$s FROM old_rows r
                    UNION ALL SELECT %3$s
                    FROM (SELECT * FROM new_rows LIMIT 1) n, (SELECT * FROM old_rows LIMIT 1) o WHERE %4$s;
                GET DIAGNOSTICS logged = ROW_COUNT;
                IF logged OPERATOR(pg_catalog.>) 1::pg_catalog.int8
                    AND (SELECT pg_catalog.sum(%5$s) FROM old_rows r)
                        OPERATOR(pg_catalog.<>) (SELECT pg_catalog.sum(%5$s) FROM new_rows r) THEN
                    INSERT INTO %1$s SELECT %2$s FROM new_rows r;
                END IF;""".formatted(log, values("r"), values("n"), differs("n", "o"), hash("r"));
    }

    private String insert(String log, String rows) {
        return "INSERT INTO " + log + " SELECT " + values("r") + " FROM " + rows + " r; ";
    }

    private String insertRow(String log, String row) {
        return "INSERT INTO " + log + " VALUES (" + values(row) + "); ";
    }

    private String values(String row) {
        StringJoiner values = new StringJoiner(", ");
        values.add("pg_catalog.txid_current()").add("(" + table + ")");
        key.forEach(column -> values.add(column.logged(row)));
        return values.toString();
    }

    private String differs(String row, String other) {
        StringJoiner differs = new StringJoiner(" OR ");
        key.forEach(column -> differs.add(column.differs(row, other)));
        return differs.toString();
    }

    private String hash(String row) {
        String hash = "0::pg_catalog.int8";
        for (KeyColumn column : key) {
            hash = column.hash(row, hash);
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
