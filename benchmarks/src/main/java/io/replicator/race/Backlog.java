package io.replicator.race;

/**
 * The end of what is to be drained.
 *
 * @param lsn the log's end, as text, before the last row was written
 * @param snapshot the transactions visible then, as text
 */
record Backlog(String lsn, String snapshot) {
    static Backlog of(Cluster source, String database) {
        return new Backlog(
                source.value(database, "SELECT pg_current_wal_insert_lsn()"),
                source.value(database, "SELECT txid_current_snapshot()"));
    }
}
