package io.replicator.postgres;

/** The two ends of a migration. */
public enum Side {
    SOURCE("source"),
    TARGET("target");

    private final String word;

    Side(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
