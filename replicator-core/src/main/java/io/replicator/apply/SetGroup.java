package io.replicator.apply;

import io.replicator.apply.RowTypes.RowType;
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

    /** A query for those rows that are not there: their numbers from 1, over a source that gives them an ordinality. */
    SetGroup keys() {
        return new SetGroup(mapping, RowSet.of(mapping, rows.rows(), mapping.key()), SetSql::absent, "look for", false);
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
        public void check(long affected) throws RowsMissing {
            group.check(affected);
        }

        @Override
        public int bytes() {
            return array.lengthInBytes();
        }
    }

    void check(long affected) throws RowsMissing {
        if (exact && affected != rows.size()) {
            throw new RowsMissing(this, affected);
        }
    }

    /** The first row's key, for messages. */
    String describe() {
        return rows.rows().getFirst().key().describe(mapping);
    }
}
