package io.replicator.config;

/**
 * The pipeline and the applier.
 *
 * @param memoryBytes what received but unapplied changes may occupy
 */
public record ApplyConfig(long memoryBytes) {
    public static final ApplyConfig DEFAULT = new ApplyConfig(256L << 20);
}
