package io.replicator.config;

/**
 * The bulk load.
 *
 * @param jobs tables copied at the same time
 * @param indexJobs indexes built at the same time
 */
public record CopyConfig(int jobs, int indexJobs) {
    public static final CopyConfig DEFAULT = new CopyConfig(4, 4);
}
