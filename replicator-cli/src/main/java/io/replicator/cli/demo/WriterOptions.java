package io.replicator.cli.demo;

/**
 * How writers work.
 *
 * @param name begins the names of the writers in the ledger; different writers on one database need different names
 * @param seed decides what every writer does
 * @param transactionsPerSecond of all writers together; 0 is as many as possible
 * @param rollbackPercent how many transactions are rolled back on purpose
 * @param stopWhenRefused whether a writer ends when a server refuses it as read-only (25006), instead of asking for the
 *     URL again
 */
public record WriterOptions(
        String name,
        int threads,
        long seed,
        double transactionsPerSecond,
        int rollbackPercent,
        boolean stopWhenRefused) {

    /** As many transactions as possible, 5 % of them rolled back, following the URL when refused. */
    public static WriterOptions of(int threads, long seed) {
        return new WriterOptions("writer", threads, seed, 0, 5, false);
    }

    public WriterOptions named(String newName) {
        return new WriterOptions(newName, threads, seed, transactionsPerSecond, rollbackPercent, stopWhenRefused);
    }

    public WriterOptions atRate(double newTransactionsPerSecond) {
        return new WriterOptions(name, threads, seed, newTransactionsPerSecond, rollbackPercent, stopWhenRefused);
    }

    public WriterOptions stoppingWhenRefused() {
        return new WriterOptions(name, threads, seed, transactionsPerSecond, rollbackPercent, true);
    }
}
