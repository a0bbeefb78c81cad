package io.replicator.apply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Finds out which rows a statement missed. First it looks in the open transaction, where an UPDATE has left every row that
 * it found; a DELETE has not, so that then it looks at what the last commit left. The transaction is rolled back.
 */
final class MissingRows {
    private static final int MOST_NAMED = 3;

    private final Connection connection;
    private final RowTypes types;
    private final Statements statements;

    MissingRows(Connection connection, RowTypes types, Statements statements) {
        this.connection = connection;
        this.types = types;
        this.statements = statements;
    }

    /** Says how many rows are missing, and names some of them. */
    String describe(RowsMissing missing) throws SQLException {
        try {
            List<String> rows = absent(missing.group());
            if (rows.size() > missing.count()) {
                connection.rollback();
                types.rolledBack();
                rows = absent(missing.group());
            }
            return missing.summary() + describe(rows, missing.count());
        } finally {
            connection.rollback();
            types.rolledBack();
        }
    }

    private static String describe(List<String> rows, long count) {
        if (rows.isEmpty()) {
            return ", or a trigger or a rule of the target keeps them as they are";
        }
        StringJoiner named = new StringJoiner(", ");
        for (String row : rows.subList(0, Math.min(rows.size(), MOST_NAMED))) {
            named.add(row);
        }
        String all = named + (rows.size() > MOST_NAMED ? ", …" : "");
        return rows.size() <= count
                ? ": " + all
                : "; they are among " + rows.size() + " that the last commit left without, the others came since: "
                        + all;
    }

    /** The keys of those rows that the target does not hold as the session sees it now. */
    private List<String> absent(SetGroup group) throws SQLException {
        SetGroup keys = group.keys();
        RowTypes.RowType type = types.of(keys.columns());
        PreparedStatement query = statements.prepare(keys.over("unnest(?::" + type.name() + "[]) WITH ORDINALITY"));
        query.setObject(1, new RowArray(type, keys.mapping(), keys.rows()));
        List<String> absent = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                absent.add(keys.part(row.getInt(1) - 1, row.getInt(1)).describe());
            }
        }
        return absent;
    }
}
