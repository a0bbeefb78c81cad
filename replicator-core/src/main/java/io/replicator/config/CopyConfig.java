package io.replicator.config;

/**
 * The bulk load.
 *
 * @param splitBytes tables larger than this are copied in ranges of about this size
 * @param jobs tables or ranges copied at the same time
 * @param indexJobs indexes built at the same time
 */
public record CopyConfig(int jobs, int indexJobs, long splitBytes) {
    public static final CopyConfig DEFAULT = new CopyConfig(4, 4, 1L << 30);

    public CopyConfig(int jobs, int indexJobs) {
        this(jobs, indexJobs, DEFAULT.splitBytes);
    }
}
