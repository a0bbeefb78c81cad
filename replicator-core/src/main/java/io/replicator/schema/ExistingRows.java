package io.replicator.schema;

import io.replicator.catalog.Table;
import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Rows that are in the target's tables before the load. */
final class ExistingRows {
    private ExistingRows() {}

    /** The tables that hold rows; only files that are not empty are looked into. */
    static List<QualifiedName> filled(Connection target, List<Table> tables, Map<QualifiedName, Table> there)
            throws SQLException {
        List<QualifiedName> filled = new ArrayList<>();
        try (Statement statement = target.createStatement()) {
            for (Table table : tables) {
                Table found = Objects.requireNonNull(there.get(table.name()), "a table that exists on the target");
                if (found.bytes() > 0) {
                    try (ResultSet row = statement.executeQuery(
                            "SELECT EXISTS (SELECT FROM ONLY " + table.name().quoted() + ")")) {
                        row.next();
                        if (row.getBoolean(1)) {
                            filled.add(table.name());
                        }
                    }
                }
            }
        }
        return filled;
    }

    /** Empties tables in the caller's transaction, all by one statement because they may reference each other. */
    static void truncate(Connection target, List<QualifiedName> tables) throws SQLException {
        if (tables.isEmpty()) {
            return;
        }
        try (Statement statement = target.createStatement()) {
            statement.execute(tables.stream()
                    .map(table -> "ONLY " + table.quoted())
                    .collect(Collectors.joining(", ", "TRUNCATE ", "")));
        }
    }
}
