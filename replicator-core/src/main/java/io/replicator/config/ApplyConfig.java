package io.replicator.config;

/**
 * The pipeline and the applier.
 *
 * @param memoryBytes what received but unapplied changes may occupy
 * @param lanes how many connections apply changes; {@link #AUTO} to decide by the number of processors
 */
public record ApplyConfig(long memoryBytes, int lanes) {
    public static final int AUTO = 0;

    public static final ApplyConfig DEFAULT = new ApplyConfig(256L << 20, AUTO);

    private static final int MOST_BY_ITSELF = 4;

    /** The number of lanes. */
    public int laneCount() {
        return lanes == AUTO ? Math.min(MOST_BY_ITSELF, Runtime.getRuntime().availableProcessors()) : lanes;
    }
}
