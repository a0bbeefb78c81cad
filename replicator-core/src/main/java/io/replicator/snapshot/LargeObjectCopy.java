package io.replicator.snapshot;

import io.replicator.postgres.Identifiers;
import io.replicator.progress.LargeObjectStore;
import io.replicator.progress.Migration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies large objects from one session to another. Many small ones, or one of any size, are one snapshot transaction on
 * the source and one transaction on the target, which also remembers them as ours.
 */
final class LargeObjectCopy {
    /** 262144 is INV_READ; the session's transaction closes what is opened. */
    private static final String SIZES = """
            SELECT m.oid, s.size, obj_description(m.oid, 'pg_largeobject')
            FROM pg_largeobject_metadata m
            CROSS JOIN LATERAL (SELECT lo_lseek64(lo_open(m.oid, 262144), 0, 2) AS size) AS s
            WHERE m.oid = ANY (?::oid[]) ORDER BY 1""";

    private static final String CREATE = "SELECT count(lo_create(l)) FROM unnest(?::oid[]) AS l";

    /** 131072 is INV_WRITE. */
    private static final String EMPTY = "SELECT count(lo_truncate64(lo_open(l, 131072), 0)) FROM unnest(?::oid[]) AS l";

    private static final String UNLINK = """
            SELECT count(lo_unlink(l)) FROM unnest(?::oid[]) AS l
            WHERE EXISTS (SELECT FROM pg_largeobject_metadata m WHERE m.oid = l)""";

    private final Connection source;
    private final Connection target;
    private final @Nullable LoadSnapshot snapshot;
    private final @Nullable String owner;
    private final CopyRate rate;
    private final LargeObjectCounters counters;

    LargeObjectCopy(
            Connection source,
            Connection target,
            @Nullable LoadSnapshot snapshot,
            @Nullable String owner,
            CopyRate rate,
            LargeObjectCounters counters) {
        this.source = source;
        this.target = target;
        this.snapshot = snapshot;
        this.owner = owner;
        this.rate = rate;
        this.counters = counters;
    }

    private record Sized(long oid, long size, @Nullable String comment) {}

    /** Makes objects on the target. One that is gone from the source is left out. */
    void create(Migration migration, List<Long> oids) throws SQLException, InterruptedException {
        copy(migration, oids, true);
    }

    /** Gives objects of ours their present contents. One that is gone from the source stays as it is. */
    void replace(Migration migration, List<Long> oids) throws SQLException, InterruptedException {
        copy(migration, oids, false);
    }

    /** Removes objects of ours. */
    void remove(Migration migration, List<Long> oids) throws SQLException {
        for (int from = 0; from < oids.size(); from += LargeObjectRange.MOST) {
            List<Long> some = oids.subList(from, Math.min(from + LargeObjectRange.MOST, oids.size()));
            onTarget(UNLINK, some);
            LargeObjectStore.remove(target, migration, some);
            commit(migration);
        }
    }

    private void copy(Migration migration, List<Long> oids, boolean fresh) throws SQLException, InterruptedException {
        int asked = LargeObjectRange.MOST;
        for (int from = 0; from < oids.size(); ) {
            List<Long> next = oids.subList(from, Math.min(from + asked, oids.size()));
            begin();
            List<Sized> there = sizes(next);
            List<Sized> batch = firstOf(there);
            copyBatch(migration, batch, fresh);
            source.rollback();
            from += batch.size() == there.size()
                    ? next.size()
                    : next.indexOf(batch.getLast().oid()) + 1;
            asked = Math.clamp(2L * batch.size(), 1, LargeObjectRange.MOST);
        }
    }

    /** As many as fit into one round trip, but one at least. */
    private static List<Sized> firstOf(List<Sized> sized) {
        long bytes = 0;
        int count = 0;
        while (count < sized.size()
                && (count == 0 || bytes + sized.get(count).size() <= LargeObjectPieces.ROUND_TRIP_BYTES)) {
            bytes += sized.get(count++).size();
        }
        return sized.subList(0, count);
    }

    private void copyBatch(Migration migration, List<Sized> batch, boolean fresh)
            throws SQLException, InterruptedException {
        if (batch.isEmpty()) {
            return;
        }
        List<Long> oids = batch.stream().map(Sized::oid).toList();
        onTarget(fresh ? CREATE : EMPTY, oids);
        LargeObjectPieces pieces = new LargeObjectPieces(source, target, rate, counters);
        for (Sized object : batch) {
            pieces.move(object.oid(), object.size());
        }
        pieces.flush();
        if (fresh) {
            describe(batch);
            LargeObjectStore.add(target, migration, oids);
        }
        commit(migration);
    }

    private void begin() throws SQLException {
        if (snapshot == null) {
            FreshSnapshots.beginNow(source);
        } else {
            snapshot.begin(source);
        }
    }

    private void commit(Migration migration) throws SQLException {
        LargeObjectStore.requireOwner(target, migration);
        target.commit();
    }

    private List<Sized> sizes(List<Long> oids) throws SQLException {
        List<Sized> sized = new ArrayList<>();
        try (PreparedStatement statement = source.prepareStatement(SIZES)) {
            statement.setArray(1, source.createArrayOf("oid", oids.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    sized.add(new Sized(row.getLong(1), row.getLong(2), row.getString(3)));
                }
            }
        }
        return sized;
    }

    private void onTarget(String sql, List<Long> oids) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement(sql)) {
            statement.setArray(1, target.createArrayOf("oid", oids.toArray()));
            statement.execute();
        }
    }

    /** Utility statements take no parameters and one object each, so they travel together. */
    private void describe(List<Sized> batch) throws SQLException {
        StringBuilder script = new StringBuilder();
        for (Sized object : batch) {
            String comment = object.comment();
            if (comment != null) {
                script.append("COMMENT ON LARGE OBJECT ")
                        .append(object.oid())
                        .append(" IS ")
                        .append(Identifiers.literal(comment))
                        .append(';');
            }
            if (owner != null) {
                script.append("ALTER LARGE OBJECT ")
                        .append(object.oid())
                        .append(" OWNER TO ")
                        .append(Identifiers.quote(owner))
                        .append(';');
            }
        }
        if (!script.isEmpty()) {
            try (Statement statement = target.createStatement()) {
                statement.setEscapeProcessing(false);
                statement.execute(script.toString());
            }
        }
    }
}
