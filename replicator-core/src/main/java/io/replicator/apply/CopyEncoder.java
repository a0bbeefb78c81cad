package io.replicator.apply;

import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Sends rows by COPY in binary format. Owned by one lane. */
final class CopyEncoder {
    private final Connection connection;
    private final byte[] chunk = BinaryRows.chunk();

    CopyEncoder(Connection connection) {
        this.connection = connection;
    }

    /** Writes the rows of one COPY. */
    @FunctionalInterface
    interface Writer {
        void write(BinaryRows rows) throws SQLException;
    }

    /** @return the number of rows the server took */
    long copy(String sql, Writer writer) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
        try {
            BinaryRows rows = new BinaryRows(copy::writeToCopy, chunk);
            writer.write(rows);
            rows.end();
            return copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    long copy(String sql, RowSet set) throws SQLException {
        return copy(sql, rows -> rows.rows(set.rows(), set.columns()));
    }
}
