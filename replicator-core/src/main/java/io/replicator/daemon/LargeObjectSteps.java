package io.replicator.daemon;

import io.replicator.config.VerifyLevel;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.Deadline;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.progress.OwnedMigration;
import io.replicator.snapshot.CopyRate;
import io.replicator.snapshot.LargeObjectCounters;
import io.replicator.snapshot.LargeObjectResult;
import io.replicator.snapshot.LargeObjectSync;
import io.replicator.snapshot.LoadSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** When large objects are brought up to date: in the load, before a fence and behind it, but not while changes stream. */
final class LargeObjectSteps {
    private static final String OFF = "copy.large_objects is false";

    private final Ends ends;
    private final OwnedMigration owned;

    LargeObjectSteps(Ends ends, OwnedMigration owned) {
        this.ends = ends;
        this.owned = owned;
    }

    /**
     * @param snapshot under which the rows were read, where nothing is brought up to date later
     * @param counters tell how far it is
     */
    void load(@Nullable LoadSnapshot snapshot, CopyRate rate, LargeObjectCounters counters, Steps steps)
            throws InterruptedException {
        if (ends.config().copy().largeObjects()) {
            steps.tell("large objects");
            LargeObjectResult found = sync(ends.rowSource(), rate, counters).run(owned.migration(), snapshot, null);
            if (found.count() + found.differing() > 0) {
                steps.tell(found.toString());
            }
        }
    }

    /** What differs, one line each, and no more lines than can be read. */
    List<String> differences(LoadSnapshot snapshot, VerifyLevel level) throws InterruptedException {
        if (!ends.config().copy().largeObjects()) {
            return List.of();
        }
        LargeObjectResult found =
                sync(ends.rowSource()).compare(owned.migration(), snapshot, level != VerifyLevel.COUNTS);
        return found.samples();
    }

    /**
     * Has the pass behind the fence find little to do, and learns how long it takes.
     *
     * @throws ReplicatorException {@code CUTOVER_REFUSED} when it would take more than half of the budget
     */
    String beforeFence(CutoverOptions options) throws InterruptedException {
        if (!ends.config().copy().largeObjects()) {
            return OFF;
        }
        LargeObjectSync sync = sync(ends.source());
        long start = System.nanoTime();
        LargeObjectResult found = options.dryRun()
                ? sync.compare(owned.migration(), null, true)
                : sync.run(owned.migration(), null, null);
        if (!options.dryRun() && found.differing() > 0) {
            start = System.nanoTime();
            sync.run(owned.migration(), null, null);
        }
        Duration pass = Duration.ofNanos(System.nanoTime() - start);
        if (pass.multipliedBy(2).compareTo(options.budget()) > 0) {
            throw new ReplicatorException(
                    ErrorCode.CUTOVER_REFUSED,
                    "comparing " + found.count() + " large objects takes " + seconds(pass)
                            + ", more than half of the budget of " + seconds(options.budget())
                            + ": raise cutover.budget, remove orphans by vacuumlo, or set copy.large_objects: false");
        }
        return found + "; a pass takes " + seconds(pass);
    }

    /** While nobody writes. */
    String behindFence(Deadline deadline) throws InterruptedException {
        if (!ends.config().copy().largeObjects()) {
            return OFF;
        }
        return sync(ends.source())
                .run(owned.migration(), null, deadline.remaining())
                .toString();
    }

    private LargeObjectSync sync(Database source) {
        return sync(source, new CopyRate(), new LargeObjectCounters());
    }

    private LargeObjectSync sync(Database source, CopyRate rate, LargeObjectCounters counters) {
        return new LargeObjectSync(
                source,
                ends.target(),
                ends.config().schema().owner(),
                ends.config().copy().jobs(),
                rate,
                counters);
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1_000.0);
    }
}
