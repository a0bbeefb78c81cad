package io.replicator.snapshot;

import io.replicator.progress.Migration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Finds how large objects differ. The contents are hashed by the servers, piece by piece; only hashes travel. */
final class LargeObjectComparison {
    private static final String ON_SOURCE =
            "SELECT m.oid FROM pg_largeobject_metadata m WHERE m.oid > ?::oid AND m.oid <= ?::oid ORDER BY 1";

    private static final String ON_TARGET = """
            SELECT w.object, m.oid IS NOT NULL, o.object IS NOT NULL
            FROM unnest(?::oid[]) AS w(object)
            LEFT JOIN pg_largeobject_metadata m ON m.oid = w.object
            LEFT JOIN replicator.large_object o ON o.object = w.object AND o.migration = ?""";

    private static final String EXTRA = """
            SELECT object FROM replicator.large_object
            WHERE migration = ? AND object > ?::oid AND object <= ?::oid AND object <> ALL (?::oid[]) ORDER BY 1""";

    /** 262144 is INV_READ; the session's transaction closes what is opened. */
    private static final String HASHES = """
            SELECT m.oid, s.size || coalesce((SELECT {hash} FROM generate_series(0, s.size - 1, 1048576) AS p), '')
            FROM pg_largeobject_metadata m
            CROSS JOIN LATERAL (SELECT lo_lseek64(lo_open(m.oid, 262144), 0, 2) AS size) AS s
            WHERE m.oid = ANY (?::oid[])""";

    private static final String SHA256 =
            "encode(sha256(string_agg(sha256(lo_get(m.oid, p, 1048576)), '' ORDER BY p)), 'hex')";
    private static final String MD5 = "md5(string_agg(md5(lo_get(m.oid, p, 1048576)), '' ORDER BY p))";
    private static final int SHA256_SINCE = 11;

    private final Connection source;
    private final Connection target;
    private final String hashes;

    LargeObjectComparison(Connection source, Connection target) throws SQLException {
        this.source = source;
        this.target = target;
        int oldest = Math.min(
                source.getMetaData().getDatabaseMajorVersion(),
                target.getMetaData().getDatabaseMajorVersion());
        this.hashes = HASHES.replace("{hash}", oldest >= SHA256_SINCE ? SHA256 : MD5);
    }

    /**
     * Compares a range inside transactions that the caller has begun on both sides.
     *
     * @param contents whether objects on both sides are read, or only looked for
     */
    LargeObjectDifferences compare(Migration migration, LargeObjectRange range, boolean contents) throws SQLException {
        List<Long> wanted = onSource(range);
        Set<Long> there = new HashSet<>();
        Set<Long> ours = new HashSet<>();
        onTarget(migration, wanted, there, ours);
        List<Long> missing = new ArrayList<>();
        List<Long> common = new ArrayList<>();
        for (Long oid : wanted) {
            (there.contains(oid) ? common : missing).add(oid);
        }
        List<Long> changed = new ArrayList<>();
        List<Long> foreign = new ArrayList<>();
        if (contents && !common.isEmpty()) {
            Map<Long, String> left = hashes(source, common);
            Map<Long, String> right = hashes(target, common);
            for (Long oid : common) {
                if (!Objects.equals(left.get(oid), right.get(oid))) {
                    (ours.contains(oid) ? changed : foreign).add(oid);
                }
            }
        }
        return new LargeObjectDifferences(wanted.size(), missing, changed, extra(migration, range, wanted), foreign);
    }

    private List<Long> onSource(LargeObjectRange range) throws SQLException {
        try (PreparedStatement statement = source.prepareStatement(ON_SOURCE)) {
            statement.setLong(1, range.above());
            statement.setLong(2, range.upTo());
            return oids(statement);
        }
    }

    private void onTarget(Migration migration, List<Long> wanted, Set<Long> there, Set<Long> ours) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement(ON_TARGET)) {
            statement.setArray(1, target.createArrayOf("oid", wanted.toArray()));
            statement.setString(2, migration.name());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    if (row.getBoolean(2)) {
                        there.add(row.getLong(1));
                    }
                    if (row.getBoolean(3)) {
                        ours.add(row.getLong(1));
                    }
                }
            }
        }
    }

    private List<Long> extra(Migration migration, LargeObjectRange range, List<Long> wanted) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement(EXTRA)) {
            statement.setString(1, migration.name());
            statement.setLong(2, range.above());
            statement.setLong(3, range.upTo());
            statement.setArray(4, target.createArrayOf("oid", wanted.toArray()));
            return oids(statement);
        }
    }

    private static List<Long> oids(PreparedStatement statement) throws SQLException {
        List<Long> oids = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                oids.add(row.getLong(1));
            }
        }
        return oids;
    }

    private Map<Long, String> hashes(Connection side, List<Long> oids) throws SQLException {
        Map<Long, String> found = new HashMap<>();
        try (PreparedStatement statement = side.prepareStatement(hashes)) {
            statement.setArray(1, side.createArrayOf("oid", oids.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.put(row.getLong(1), row.getString(2));
                }
            }
        }
        return found;
    }
}
