package io.replicator;

import java.util.List;

/**
 * What a teardown did.
 *
 * @param removed one line per object
 * @param remaining what could not be removed
 */
public record TeardownReport(List<String> removed, List<String> remaining) {
    public TeardownReport {
        removed = List.copyOf(removed);
        remaining = List.copyOf(remaining);
    }
}
