package io.replicator.daemon;

/** The names of our objects on the source. */
public record MigrationNames(String slot, String publication) {
    public static MigrationNames of(String migration) {
        return new MigrationNames("replicator_" + migration, "replicator_" + migration);
    }
}
