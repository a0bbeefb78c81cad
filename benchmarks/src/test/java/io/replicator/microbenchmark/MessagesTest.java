package io.replicator.microbenchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.change.Change;
import org.junit.jupiter.api.Test;

final class MessagesTest {
    @Test
    void decodeToOneTransactionOfUpdates() {
        assertThat(Messages.decoded(Messages.transaction(4, 2)))
                .hasExactlyElementsOfTypes(
                        Change.Begin.class, Change.Update.class, Change.Update.class, Change.Commit.class);
    }
}
