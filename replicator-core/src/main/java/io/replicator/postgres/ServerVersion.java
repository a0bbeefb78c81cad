package io.replicator.postgres;

/** A server's {@code server_version_num}, for example 150018. */
public record ServerVersion(int number) {
    public int major() {
        return number / 10_000;
    }

    public boolean atLeast(int major) {
        return major() >= major;
    }

    @Override
    public String toString() {
        return major() + "." + number % 10_000;
    }
}
