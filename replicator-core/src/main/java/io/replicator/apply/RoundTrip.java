package io.replicator.apply;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Statements that travel together: the server gets them in one go and answers once. They run in their order inside the
 * open transaction, and none behind one that fails. Owned by one lane.
 */
final class RoundTrip {
    private static final int MOST_STATEMENTS = 100;
    private static final long MOST_BYTES = 1 << 20;

    private final Statements statements;
    private final List<Part> parts = new ArrayList<>();
    private long bytes;

    RoundTrip(Statements statements) {
        this.statements = statements;
    }

    /** One statement. */
    interface Part {
        /** The text, with {@code ?} for parameters. */
        String sql();

        /**
         * Sets its parameters.
         *
         * @param first the index of the first of them
         * @return the index behind the last of them
         */
        int bind(Connection connection, PreparedStatement statement, int first) throws SQLException;

        /** Looks at how many rows were affected; throws where that is wrong. */
        void check(long affected) throws SQLException;

        /** About how many bytes it sends. */
        default int bytes() {
            return 0;
        }
    }

    /** A statement without parameters. */
    record Plain(String sql) implements Part {
        @Override
        public int bind(Connection connection, PreparedStatement statement, int first) {
            return first;
        }

        @Override
        public void check(long affected) {}
    }

    /** Adds a statement; sends those before it where that makes too many. */
    void add(Part part) throws SQLException {
        if (!parts.isEmpty() && (parts.size() >= MOST_STATEMENTS || bytes + part.bytes() > MOST_BYTES)) {
            send();
        }
        parts.add(part);
        bytes += part.bytes();
    }

    /** What is to be sent, or was when sending failed. */
    List<Part> parts() {
        return List.copyOf(parts);
    }

    void clear() {
        parts.clear();
        bytes = 0;
    }

    /** Sends what was added, and waits for the answer. */
    void send() throws SQLException {
        if (parts.isEmpty()) {
            return;
        }
        StringBuilder sql = new StringBuilder();
        for (Part part : parts) {
            sql.append(sql.isEmpty() ? "" : "; ").append(part.sql());
        }
        PreparedStatement statement = statements.prepare(sql.toString(), parts.size());
        int parameter = 1;
        for (Part part : parts) {
            parameter = part.bind(statement.getConnection(), statement, parameter);
        }
        statement.execute();
        for (Part part : parts) {
            part.check(statement.getLargeUpdateCount());
            statement.getMoreResults();
        }
        clear();
    }
}
