package io.replicator.config;

/** How changes are learned. */
public enum CaptureMode {
    AUTO,
    WAL,
    TRIGGER
}
