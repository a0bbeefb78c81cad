package io.replicator.apply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.postgresql.core.BaseConnection;

/**
 * The composite types of the rows that a lane sends as arrays: temporary, one per list of columns, made when first needed.
 * Owned by one lane.
 */
final class RowTypes {
    private static final int LIMIT = 2_000;

    private final Connection connection;
    private final int limit;
    private final Map<String, RowType> byColumns = new LinkedHashMap<>();
    private int created;
    private int committed;

    RowTypes(Connection connection) {
        this(connection, LIMIT);
    }

    /** @param limit how many there are at a time */
    RowTypes(Connection connection, int limit) {
        this.connection = connection;
        this.limit = limit;
    }

    /** @param number in the order of their making, from 0 */
    record RowType(int number, int oid) {
        private static final String PREFIX = "replicator_row_";

        /** As SQL text. */
        String name() {
            return "pg_temp." + PREFIX + number;
        }

        /** What the driver knows the array type by. */
        String arrayName() {
            return "_" + PREFIX + number;
        }
    }

    /** How many were made, to be given to {@link #forgetSince}. */
    int created() {
        return created;
    }

    /** A rollback to a savepoint has removed those that were made behind it. */
    void forgetSince(int mark) {
        byColumns.values().removeIf(type -> type.number() >= mark);
    }

    void committed() {
        committed = created;
    }

    void rolledBack() {
        forgetSince(committed);
    }

    /** Whether {@link #of} will drop all others, which nothing that is yet to be sent may need. */
    boolean dropsOthers(String columns) {
        return byColumns.size() >= limit && !byColumns.containsKey(columns);
    }

    /** @param columns as in CREATE TYPE */
    RowType of(String columns) throws SQLException {
        RowType known = byColumns.get(columns);
        if (known != null) {
            return known;
        }
        try (Statement statement = connection.createStatement()) {
            if (byColumns.size() >= limit) {
                StringJoiner names = new StringJoiner(", ");
                byColumns.values().forEach(type -> names.add(type.name()));
                statement.execute("DROP TYPE " + names);
                byColumns.clear();
            }
            RowType type = create(statement, columns);
            byColumns.put(columns, type);
            return type;
        }
    }

    private RowType create(Statement statement, String columns) throws SQLException {
        RowType unknown = new RowType(created, 0);
        created++;
        statement.execute("CREATE TYPE " + unknown.name() + " AS (" + columns + ")");
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT oid, typarray FROM pg_catalog.pg_type WHERE oid = pg_catalog.to_regtype(?)")) {
            query.setString(1, unknown.name());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("type " + unknown.name() + " is not there after it was created");
                }
                int oid = (int) row.getLong(1);
                int array = (int) row.getLong(2);
                BaseConnection driver = connection.unwrap(BaseConnection.class);
                driver.getTypeInfo()
                        .addCoreType(
                                unknown.arrayName().substring(1), oid, Types.STRUCT, Object.class.getName(), array);
                driver.getQueryExecutor().addBinarySendOid(array);
                return new RowType(unknown.number(), oid);
            }
        }
    }
}
