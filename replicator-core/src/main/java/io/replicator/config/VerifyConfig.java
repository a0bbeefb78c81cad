package io.replicator.config;

/** How {@code verify} and the cutover compare the two sides unless told otherwise. */
public record VerifyConfig(VerifyLevel level) {
    public static final VerifyConfig DEFAULT = new VerifyConfig(VerifyLevel.BOUNDS);
}
