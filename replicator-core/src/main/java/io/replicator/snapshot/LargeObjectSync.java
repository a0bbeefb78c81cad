package io.replicator.snapshot;

import io.replicator.catalog.LargeObjects;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.LargeObjectStore;
import io.replicator.progress.Migration;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the target's large objects equal to the source's, with their oids, by comparing and copying what differs. Neither
 * logical decoding nor triggers see them, so that this is all there is: it is run in the bulk load, before a cutover's
 * fence and behind it. May be repeated and interrupted at any point: every transaction leaves whole objects.
 *
 * <p>Objects that stood on the target before are never touched.
 */
public final class LargeObjectSync {
    private final Database source;
    private final Database target;
    private final @Nullable String owner;
    private final int jobs;
    private final CopyRate rate;
    private final LargeObjectCounters counters;

    /**
     * @param owner the role that is to own them on the target; null for the login
     * @param counters tell how far it is
     */
    public LargeObjectSync(
            Database source,
            Database target,
            @Nullable String owner,
            int jobs,
            CopyRate rate,
            LargeObjectCounters counters) {
        this.source = source;
        this.target = target;
        this.owner = owner;
        this.jobs = jobs;
        this.rate = rate;
        this.counters = counters;
    }

    /**
     * Makes them equal.
     *
     * @param snapshot what of the source is copied; null for what is committed
     * @param limit how long it may take; null for any time
     * @throws ReplicatorException {@code PRIVILEGE_MISSING} when one cannot be read; {@code SCHEMA_FAILED} when another
     *     large object has its oid, or the time is up
     */
    public LargeObjectResult run(Migration migration, @Nullable LoadSnapshot snapshot, @Nullable Duration limit)
            throws InterruptedException {
        return pass(migration, limit, (sessions, range) -> {
            LargeObjectDifferences found = compare(sessions, migration, snapshot, range, true);
            requireNoForeign(found.foreign());
            LargeObjectCopy copy =
                    new LargeObjectCopy(sessions.source(), sessions.target(), snapshot, owner, rate, counters);
            copy.create(migration, found.missing());
            copy.replace(migration, found.changed());
            copy.remove(migration, found.extra());
            return found;
        });
    }

    /**
     * Only compares.
     *
     * @param contents whether contents are compared too, or only which there are
     */
    public LargeObjectResult compare(Migration migration, @Nullable LoadSnapshot snapshot, boolean contents)
            throws InterruptedException {
        return pass(migration, null, (sessions, range) -> compare(sessions, migration, snapshot, range, contents));
    }

    private LargeObjectResult pass(Migration migration, @Nullable Duration limit, LargeObjectPass.Work work)
            throws InterruptedException {
        try {
            List<LargeObjectRange> ranges = ranges(migration);
            return ranges.isEmpty()
                    ? LargeObjectResult.NOTHING
                    : new LargeObjectPass(source, target, jobs, limit, counted(work)).run(ranges);
        } finally {
            counters.end();
        }
    }

    private LargeObjectPass.Work counted(LargeObjectPass.Work work) {
        return (sessions, range) -> {
            LargeObjectDifferences found = work.on(sessions, range);
            counters.done(found.count());
            return found;
        };
    }

    private static LargeObjectDifferences compare(
            CopySessions sessions,
            Migration migration,
            @Nullable LoadSnapshot snapshot,
            LargeObjectRange range,
            boolean contents)
            throws SQLException {
        if (snapshot == null) {
            FreshSnapshots.beginNow(sessions.source());
        } else {
            snapshot.begin(sessions.source());
        }
        FreshSnapshots.beginNow(sessions.target());
        LargeObjectDifferences found =
                new LargeObjectComparison(sessions.source(), sessions.target()).compare(migration, range, contents);
        sessions.source().rollback();
        sessions.target().rollback();
        return found;
    }

    /** @return empty where neither side has anything to compare */
    private List<LargeObjectRange> ranges(Migration migration) {
        try (Connection reading = source.borrow();
                Connection writing = target.borrow()) {
            requireReadable(LargeObjects.unreadable(reading));
            long count = LargeObjects.count(reading);
            if (count == 0 && !LargeObjectStore.any(writing, migration)) {
                return List.of();
            }
            counters.begin(count);
            return LargeObjectRange.cut(reading, count, jobs);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.COPY_FAILED, "listing large objects", e);
        }
    }

    private static void requireReadable(List<Long> unreadable) {
        if (!unreadable.isEmpty()) {
            String some = LargeObjects.some(unreadable);
            throw new ReplicatorException(
                    ErrorCode.PRIVILEGE_MISSING,
                    unreadable.size() + " large objects of the source may not be read: GRANT SELECT ON LARGE OBJECT "
                            + some + " TO the source's login");
        }
    }

    private static void requireNoForeign(List<Long> foreign) {
        if (!foreign.isEmpty()) {
            throw new ReplicatorException(
                    ErrorCode.SCHEMA_FAILED,
                    "large objects of the target that replicator did not make have the oids of other ones of the source"
                            + " and are left alone: " + LargeObjects.some(foreign)
                            + "; remove them on the target by lo_unlink, or set copy.large_objects: false");
        }
    }
}
