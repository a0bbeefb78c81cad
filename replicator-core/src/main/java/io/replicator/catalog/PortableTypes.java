package io.replicator.catalog;

import io.replicator.postgres.ServerVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * Which types have a binary form that any server understands which has a type of the same name.
 *
 * <p>Built-in types keep their OIDs and forms between major versions. Enums travel as labels, domains as their base
 * types, ranges as their bounds. An array carries its element's OID, which servers before 14 insist on; it is stable for
 * built-in elements only. The reg* types travel as OIDs of objects, composites carry OIDs of their columns' types, and
 * what extensions define is theirs to change.
 */
final class PortableTypes {
    private static final long FIRST_OID_NOT_BUILT_IN = 10_000;
    private static final int ARRAYS_TRUST_THE_COLUMN = 14;

    private static final String TYPES = """
            SELECT t.oid, t.typname, t.typtype, t.typlen, t.typbasetype, t.typelem,
                   coalesce(e.typarray = t.oid, false), t.typsend <> 0 AND t.typreceive <> 0,
                   coalesce(r.rngsubtype, 0),
                   EXISTS (SELECT FROM pg_depend d
                           WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
            FROM pg_type t
            LEFT JOIN pg_type e ON e.oid = t.typelem
            LEFT JOIN pg_range r ON r.rngtypid = t.oid
            WHERE t.typtype IN ('b', 'd', 'e', 'm', 'r') AND (e.oid IS NULL OR e.typtype <> 'c')""";

    private final Map<Long, Type> types;
    private final ServerVersion version;

    PortableTypes(Map<Long, Type> types, ServerVersion version) {
        this.types = Map.copyOf(types);
        this.version = version;
    }

    static PortableTypes read(Connection connection, ServerVersion version) throws SQLException {
        Map<Long, Type> types = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(TYPES);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                types.put(
                        row.getLong(1),
                        new Type(
                                row.getLong(1),
                                row.getString(2),
                                row.getString(3).charAt(0),
                                row.getInt(4),
                                row.getLong(5),
                                row.getLong(6),
                                row.getBoolean(7),
                                row.getBoolean(8),
                                row.getLong(9),
                                row.getBoolean(10)));
            }
        }
        return new PortableTypes(types, version);
    }

    boolean contains(long oid) {
        Type type = types.get(oid);
        if (type == null || !type.hasBinaryForm || type.ofExtension) {
            return false;
        }
        return switch (type.kind) {
            case 'e' -> true;
            case 'd' -> contains(type.base);
            case 'r' -> type.builtIn() && contains(type.rangeOf);
            case 'm' -> type.builtIn();
            case 'b' -> type.trueArray ? arrayOf(type.element) : type.builtInScalar();
            default -> false;
        };
    }

    private boolean arrayOf(long element) {
        return contains(element) && (element < FIRST_OID_NOT_BUILT_IN || version.atLeast(ARRAYS_TRUST_THE_COLUMN));
    }

    /**
     * A row of {@code pg_type}.
     *
     * @param kind {@code typtype}
     * @param trueArray whether it is the array type of {@code element}, unlike {@code point} or {@code name}
     */
    record Type(
            long oid,
            String name,
            char kind,
            int length,
            long base,
            long element,
            boolean trueArray,
            boolean hasBinaryForm,
            long rangeOf,
            boolean ofExtension) {
        boolean builtIn() {
            return oid < FIRST_OID_NOT_BUILT_IN;
        }

        /** Includes {@code point} and the like, whose elements are inside a form of fixed length. */
        boolean builtInScalar() {
            return builtIn() && (element == 0 || length > 0) && !name.startsWith("reg");
        }
    }
}
