package io.replicator.catalog;

/** How partitions find their way up. */
final class Partitions {
    /**
     * Begins a query that knows {@code topmost (partition, root)}, the topmost partitioned table of every partition.
     * {@code pg_partition_root} does the same from PostgreSQL 12 on.
     */
    static final String TOPMOST = """
            WITH RECURSIVE ancestor (partition, parent) AS (
                SELECT i.inhrelid, i.inhparent
                FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE c.relispartition
              UNION ALL
                SELECT a.partition, i.inhparent FROM ancestor a JOIN pg_inherits i ON i.inhrelid = a.parent),
            topmost (partition, root) AS (
                SELECT a.partition, a.parent FROM ancestor a
                WHERE NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = a.parent))
            """;

    private Partitions() {}
}
