package io.replicator.cli.demo;

import java.util.ArrayList;
import java.util.List;

/** Counts differences and describes the first ones. */
final class Differences {
    private final int listed;
    private final List<String> descriptions = new ArrayList<>();
    private long count;

    Differences(int listed) {
        this.listed = listed;
    }

    void add(String description) {
        count++;
        if (descriptions.size() < listed) {
            descriptions.add(description);
        }
    }

    long count() {
        return count;
    }

    List<String> descriptions() {
        return descriptions;
    }
}
