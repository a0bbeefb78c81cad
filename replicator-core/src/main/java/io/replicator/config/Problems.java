package io.replicator.config;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Everything that is wrong with one configuration, so that an operator mends it in one go. */
final class Problems {
    private final String origin;
    private final List<Problem> found = new ArrayList<>();

    /** @param origin the file; empty where the configuration comes from the command line */
    Problems(String origin) {
        this.origin = origin;
    }

    void add(int line, String observed, String fix) {
        found.add(new Problem(Kind.INVALID, line, origin + ":" + line + ": " + observed + " → " + fix));
    }

    /** A problem that belongs to no line. */
    void add(String observed, String fix) {
        add(Kind.INVALID, observed, fix);
    }

    /** What is given nowhere. */
    void addMissing(String observed, String fix) {
        add(Kind.MISSING, observed, fix);
    }

    private void add(Kind kind, String observed, String fix) {
        String prefix = origin.isEmpty() ? "" : origin + ": ";
        found.add(new Problem(kind, Integer.MAX_VALUE, prefix + observed + " → " + fix));
    }

    boolean any() {
        return !found.isEmpty();
    }

    /** The problems as a failure, one line each, in the order of the file. */
    ReplicatorException failure() {
        found.sort(Comparator.comparingInt(Problem::line));
        boolean nothingGiven = origin.isEmpty() && found.stream().allMatch(problem -> problem.kind() == Kind.MISSING);
        return new ReplicatorException(
                nothingGiven ? ErrorCode.CONFIGURATION_MISSING : ErrorCode.CONFIGURATION_INVALID,
                String.join("\n", found.stream().map(Problem::text).toList()));
    }

    private enum Kind {
        INVALID,
        MISSING
    }

    private record Problem(Kind kind, int line, String text) {}
}
