package io.replicator.verify;

import io.replicator.catalog.Column;
import io.replicator.postgres.Identifiers;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The SQL expressions that stand for a column of table {@code t}, the same on both servers for equal values. */
final class ColumnExpressions {
    private static final Map<String, String> FLOAT_BYTES = Map.of(
            "double precision", "float8send",
            "real", "float4send",
            "point", "point_send",
            "line", "line_send",
            "lseg", "lseg_send",
            "box", "box_send",
            "path", "path_send",
            "polygon", "poly_send",
            "circle", "circle_send");
    private static final Set<String> INTEGERS = Set.of("smallint", "integer", "bigint");
    private static final Set<String> ORDERED =
            Set.of("date", "timestamp without time zone", "timestamp with time zone", "oid");
    private static final Pattern PRECISION = Pattern.compile("\\(\\d+\\)");
    private static final Pattern MOMENT_NAME = Pattern.compile(
            "(.*[^a-z])?(created|updated|modified|inserted|changed)(_?(at|on|date|time|ts|timestamp))?",
            Pattern.CASE_INSENSITIVE);

    private final Dialect dialect;

    ColumnExpressions(Dialect dialect) {
        this.dialect = dialect;
    }

    /**
     * The value as it goes into the row's text. Where the servers write floats differently, they give the bytes instead;
     * floats inside arrays, domains and composites are then compared by 15 digits, see {@link SideSession}.
     */
    String value(Column own, Column other) {
        String name = "t." + Identifiers.quote(own.name());
        String bytes = own.type().equals(other.type()) ? FLOAT_BYTES.get(own.type()) : null;
        return dialect.floatsDiffer() && bytes != null ? "pg_catalog." + bytes + "(" + name + ")" : name;
    }

    /**
     * The smallest or largest value as text. Types whose order or text depends on the server, or that have no such
     * aggregate everywhere, are ordered by the bytes of their text.
     *
     * @param aggregate min or max
     */
    String bound(String aggregate, Column own, Column other) {
        String value = value(own, other);
        if (hasOneOrder(own.type(), other.type())) {
            return "pg_catalog." + aggregate + "(" + value + ")::text";
        }
        String text = "(" + value + ")::text";
        return dialect.encodingsDiffer()
                ? "pg_catalog.convert_from(pg_catalog.decode(pg_catalog." + aggregate + "(" + hexOfUtf8(text)
                        + " COLLATE \"C\"), 'hex'), 'UTF8')"
                : "pg_catalog." + aggregate + "(" + text + " COLLATE \"C\")";
    }

    /** Text that hashes alike on both servers. */
    String hashable(String text) {
        return (dialect.encodingsDiffer() ? hexOfUtf8(text) : text) + " COLLATE \"C\"";
    }

    /** Whether a column tells when a row came or changed. */
    static boolean isMoment(Column column) {
        String type = withoutPrecision(column.type());
        return (type.equals("date") || type.startsWith("timestamp "))
                && MOMENT_NAME.matcher(column.name()).matches();
    }

    private static boolean hasOneOrder(String own, String other) {
        if (INTEGERS.contains(own) && INTEGERS.contains(other)) {
            return true;
        }
        return own.equals(other) && (ORDERED.contains(withoutPrecision(own)) || own.startsWith("numeric("));
    }

    private static String withoutPrecision(String type) {
        return PRECISION.matcher(type).replaceFirst("");
    }

    private static String hexOfUtf8(String text) {
        return "pg_catalog.encode(pg_catalog.convert_to(" + text + ", 'UTF8'), 'hex')";
    }
}
