package io.replicator.progress;

/**
 * Which server and history the changes come from. A promoted follower has the same system identifier and another
 * timeline; a restored backup of another cluster has another identifier.
 */
public record SourceIdentity(long systemIdentifier, int timeline, String database) {
    @Override
    public String toString() {
        return "system " + Long.toUnsignedString(systemIdentifier) + ", timeline " + timeline + ", database "
                + database;
    }
}
