package io.replicator.config;

import org.jspecify.annotations.Nullable;

/**
 * The bulk load.
 *
 * @param splitBytes tables are copied in ranges of about this size, if that gives two at least
 * @param jobs tables or ranges copied at the same time
 * @param indexJobs indexes built at the same time
 * @param maxRate bytes per second that may be read; 0 for no limit
 * @param throttleWhile a query on the source that returns whether its load is too high to go on; null for none
 * @param largeObjects whether large objects are copied, and brought up to date at the cutover
 * @param from a follower of the source to read rows from; null to read them from the source
 */
public record CopyConfig(
        int jobs,
        int indexJobs,
        long splitBytes,
        long maxRate,
        @Nullable String throttleWhile,
        boolean largeObjects,
        @Nullable EndpointConfig from) {
    public static final CopyConfig DEFAULT = new CopyConfig(4, 4, 1L << 30, 0, null, true, null);

    public CopyConfig(int jobs, int indexJobs) {
        this(jobs, indexJobs, DEFAULT.splitBytes, 0, null, true, null);
    }
}
