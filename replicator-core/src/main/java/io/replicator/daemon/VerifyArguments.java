package io.replicator.daemon;

import io.replicator.config.VerifyLevel;
import java.util.List;

/** What a verification is asked to compare. */
public record VerifyArguments(VerifyLevel level, List<String> include, List<String> exclude) {
    public VerifyArguments {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }
}
