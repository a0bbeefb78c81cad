package io.replicator.snapshot;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Large objects that are compared and copied together.
 *
 * @param above the oid before the first
 * @param upTo the last oid
 */
record LargeObjectRange(long above, long upTo) {
    private static final long LAST_OID = 0xFFFF_FFFFL;

    /** Every large object is locked by a transaction that removes it or changes its owner, and locks are few. */
    static final int MOST = 500;

    private static final int LEAST = 10;

    /** Cuts all possible oids so that the source's objects are spread over the sessions. */
    static List<LargeObjectRange> cut(Connection source, long count, int sessions) throws SQLException {
        long size = Math.clamp(count / (4L * sessions), LEAST, MOST);
        List<LargeObjectRange> ranges = new ArrayList<>();
        long above = 0;
        try (PreparedStatement statement = source.prepareStatement("""
                SELECT object FROM (SELECT m.oid AS object, row_number() OVER (ORDER BY m.oid) AS number
                                    FROM pg_largeobject_metadata m) AS o
                WHERE number % ? = 0 ORDER BY object""")) {
            statement.setLong(1, size);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    ranges.add(new LargeObjectRange(above, row.getLong(1)));
                    above = row.getLong(1);
                }
            }
        }
        ranges.add(new LargeObjectRange(above, LAST_OID));
        return ranges;
    }

    @Override
    public String toString() {
        return "from " + (above + 1) + " to " + upTo;
    }
}
