package io.replicator.config;

/** How closely two sides are compared; each level includes the ones before it. */
public enum VerifyLevel {
    /** Row counts. */
    COUNTS,
    /** Also the smallest and largest key, and of columns such as created_at. */
    BOUNDS,
    /** Also two seeded sums over the text of every row. */
    CHECKSUM
}
