package io.replicator.schema;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Whether the role that is to own the target's tables can read and write them. */
public final class OwnerAccess {
    private static final String REFUSED = """
            SELECT format('%s.%s', t.s, t.n)
            FROM unnest(?::text[], ?::text[]) AS t (s, n)
            JOIN pg_namespace n ON n.nspname = t.s
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.n
            JOIN pg_roles r ON r.rolname = ?
            WHERE NOT (has_schema_privilege(r.oid, n.oid, 'USAGE')
                AND has_table_privilege(r.oid, c.oid, 'SELECT') AND has_table_privilege(r.oid, c.oid, 'INSERT')
                AND has_table_privilege(r.oid, c.oid, 'UPDATE') AND has_table_privilege(r.oid, c.oid, 'DELETE'))
            ORDER BY 1""";

    private OwnerAccess() {}

    /**
     * Requires it of every table.
     *
     * @throws ReplicatorException {@code CUTOVER_FAILED} naming the tables
     */
    public static void require(Connection target, Catalog catalog, String owner) {
        List<Table> tables = catalog.tables();
        List<String> refused = new ArrayList<>();
        try (PreparedStatement statement = target.prepareStatement(REFUSED)) {
            statement.setArray(
                    1,
                    target.createArrayOf(
                            "text",
                            tables.stream().map(table -> table.name().schema()).toArray()));
            statement.setArray(
                    2,
                    target.createArrayOf(
                            "text",
                            tables.stream().map(table -> table.name().name()).toArray()));
            statement.setString(3, owner);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    refused.add(row.getString(1));
                }
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CUTOVER_FAILED, "asking what role " + owner + " may do on the target", e);
        }
        if (!refused.isEmpty()) {
            throw new ReplicatorException(
                    ErrorCode.CUTOVER_FAILED,
                    "role " + owner + " may not read and write " + refused.size() + " tables of the target: "
                            + Summary.of(refused));
        }
    }
}
