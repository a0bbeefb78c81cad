package io.replicator.apply;

import io.replicator.apply.RowTypes.RowType;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Function;

/**
 * Rows of one table that one statement applies.
 *
 * @param statement the statement over a source of the rows
 * @param word what is done to them, for messages
 * @param exact whether every row must be affected
 */
record SetGroup(TableMapping mapping, RowSet rows, Function<SetSql, String> statement, String word, boolean exact) {
    String over(String source) {
        return statement.apply(SetSql.over(mapping, rows, source));
    }

    String columns() {
        return SetSql.columns(mapping, rows);
    }

    SetGroup part(int from, int to) {
        return new SetGroup(mapping, rows.part(from, to), statement, word, exact);
    }

    /** The same, but any number of its rows may be affected. */
    SetGroup lenient() {
        return new SetGroup(mapping, rows, statement, word, false);
    }

    /** The statement with the rows as its one parameter. */
    RoundTrip.Part asArray(RowType type) {
        return new AsArray(this, over("unnest(?::" + type.name() + "[])"), new RowArray(type, mapping, rows));
    }

    /** @param group for messages */
    record AsArray(SetGroup group, String sql, RowArray array) implements RoundTrip.Part {
        @Override
        public int bind(Connection connection, PreparedStatement statement, int first) throws SQLException {
            statement.setObject(first, array);
            return first + 1;
        }

        @Override
        public void check(long affected) {
            group.check(affected);
        }

        @Override
        public int bytes() {
            return array.lengthInBytes();
        }
    }

    void check(long affected) {
        if (exact && affected != rows.size()) {
            throw new ReplicatorException(
                    ErrorCode.ROW_MISSING,
                    "table " + mapping.table().name() + ": " + (rows.size() - affected) + " of " + rows.size()
                            + " rows to " + word + " are not on the target; the first key is "
                            + describe());
        }
    }

    /** The first row's key, for messages. */
    String describe() {
        return rows.rows().getFirst().key().describe(mapping);
    }
}
