package io.replicator.verify;

import java.util.List;

/** What one side answered about one table. */
sealed interface Reading {
    /** @param values the bounds and checksums, each written so that no two values look alike */
    record Figures(long rows, List<String> values) implements Reading {
        public Figures {
            values = List.copyOf(values);
        }
    }

    record Unreadable(String reason) implements Reading {}
}
