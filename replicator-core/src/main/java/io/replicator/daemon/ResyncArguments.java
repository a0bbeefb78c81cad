package io.replicator.daemon;

import java.util.List;

/** Which tables are to be copied again, as patterns of names. */
public record ResyncArguments(List<String> patterns) {
    public ResyncArguments {
        patterns = List.copyOf(patterns);
    }
}
