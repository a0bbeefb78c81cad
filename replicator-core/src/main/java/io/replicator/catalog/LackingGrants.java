package io.replicator.catalog;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Which privileges roles of the target do not have, in whatever way they could have got them. */
public final class LackingGrants {
    private static final String LACKING = "WITH " + GrantedObjects.SQL + """

            SELECT w.place
            FROM unnest(?::text[], ?::text[], ?::name[], ?::text[]) WITH ORDINALITY
                 AS w (object, col, role, privilege, place)
            JOIN object o ON o.kind || ' ' || o.name = w.object
            LEFT JOIN pg_attribute a ON o.kind = 'TABLE' AND a.attrelid = o.oid AND a.attname = w.col
            WHERE NOT CASE
                WHEN w.role <> 'public' AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = w.role) THEN false
                WHEN w.col IS NOT NULL THEN has_column_privilege(w.role, o.oid, a.attnum, w.privilege)
                WHEN o.kind = 'TABLE' THEN has_table_privilege(w.role, o.oid, w.privilege)
                WHEN o.kind = 'SEQUENCE' THEN has_sequence_privilege(w.role, o.oid, w.privilege)
                WHEN o.kind = 'SCHEMA' THEN has_schema_privilege(w.role, o.oid, w.privilege)
                WHEN o.kind = 'TYPE' THEN has_type_privilege(w.role, o.oid, w.privilege)
                ELSE has_function_privilege(w.role, o.oid, w.privilege) END
            ORDER BY w.place""";

    private LackingGrants() {}

    /** One grant for each privilege that is lacking; objects that the target does not have are passed over. */
    public static List<Grant> on(Connection target, List<Grant> wanted) throws SQLException {
        List<Grant> single = wanted.stream()
                .filter(grant -> grant.form() != Grant.Form.REVOKE)
                .flatMap(grant -> grant.privileges().stream().map(grant::only))
                .toList();
        List<Grant> lacking = new ArrayList<>();
        try (PreparedStatement statement = target.prepareStatement(LACKING)) {
            statement.setArray(1, texts(target, single, Grant::object));
            statement.setArray(2, texts(target, single, Grant::column));
            statement.setArray(3, texts(target, single, Grant::role));
            statement.setArray(4, texts(target, single, LackingGrants::privilege));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    lacking.add(single.get(row.getInt(1) - 1));
                }
            }
        }
        return lacking;
    }

    private static String privilege(Grant grant) {
        String privilege = grant.privileges().getFirst();
        return grant.form() == Grant.Form.GRANT_OPTION ? privilege + " WITH GRANT OPTION" : privilege;
    }

    private static Array texts(Connection target, List<Grant> grants, Function<Grant, ?> of) throws SQLException {
        return target.createArrayOf("text", grants.stream().map(of).toArray());
    }
}
