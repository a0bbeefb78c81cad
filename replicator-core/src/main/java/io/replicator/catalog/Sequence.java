package io.replicator.catalog;

import io.replicator.postgres.QualifiedName;

/** A sequence with its state (PostgreSQL documentation, CREATE SEQUENCE). */
public record Sequence(
        QualifiedName name,
        long lastValue,
        boolean called,
        long increment,
        long minimum,
        long maximum,
        long start,
        long cache,
        boolean cycle) {}
