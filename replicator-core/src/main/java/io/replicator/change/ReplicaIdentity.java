package io.replicator.change;

/** What an UPDATE or DELETE carries of the old row (PostgreSQL documentation, ALTER TABLE … REPLICA IDENTITY). */
public enum ReplicaIdentity {
    DEFAULT('d'),
    NOTHING('n'),
    FULL('f'),
    INDEX('i');

    private final char code;

    ReplicaIdentity(char code) {
        this.code = code;
    }

    /** Reads {@code pg_class.relreplident}, which pgoutput sends as it is. */
    public static ReplicaIdentity of(char code) {
        for (ReplicaIdentity identity : values()) {
            if (identity.code == code) {
                return identity;
            }
        }
        throw new IllegalArgumentException("unknown replica identity '" + code + "'");
    }
}
