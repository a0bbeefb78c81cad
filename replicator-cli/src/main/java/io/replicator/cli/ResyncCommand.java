package io.replicator.cli;

import io.replicator.Replicator;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Has tables copied again. */
@Command(
        name = "resync",
        description =
                "Copy tables again and go on streaming; the daemon does it, 'replicator status' shows how far it is.")
final class ResyncCommand implements Callable<Integer> {
    @ParentCommand
    private ReplicatorCommand root;

    @Parameters(
            arity = "1..*",
            paramLabel = "TABLE",
            description = "A table as schema.table, with * for any characters.")
    private List<String> patterns = List.of();

    @Override
    public Integer call() {
        try (Replicator replicator = root.open()) {
            List<String> tables = replicator.resync(patterns);
            root.terminal().out().println("copied again: " + String.join(", ", tables));
            return 0;
        }
    }
}
