package io.replicator.cli;

import io.replicator.Replicator;
import io.replicator.TeardownReport;
import io.replicator.config.MigrationConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Removes everything of ours from both ends. */
@Command(
        name = "teardown",
        description = {
            "Remove everything of replicator from both ends; copied tables stay.",
            "After a switch the old source takes writes again."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:removed", "1:something remains, or not confirmed", "3 and above:see replicator --help"})
final class TeardownCommand implements Callable<Integer> {
    @ParentCommand
    private ReplicatorCommand root;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(names = "--dry-run", description = "Only list what would be removed.")
    private boolean dryRun;

    @Override
    public Integer call() {
        Terminal terminal = root.terminal();
        MigrationConfig config = root.config();
        if (!dryRun && !yes && !Confirmation.given(terminal, question(config))) {
            return 1;
        }
        try (Replicator replicator = new Replicator(config)) {
            TeardownReport report = replicator.teardown(dryRun);
            for (String object : report.removed()) {
                terminal.out().println((dryRun ? "would remove " : "removed ") + object);
            }
            for (String object : report.remaining()) {
                terminal.out().println("remains: " + object);
            }
            if (report.removed().isEmpty() && report.remaining().isEmpty()) {
                terminal.out().println("there is nothing to remove");
            }
            return report.remaining().isEmpty() ? 0 : 1;
        }
    }

    private static String question(MigrationConfig config) {
        return "Remove migration '" + config.name() + "' from "
                + config.source().settings() + " and " + config.target().settings() + "? It cannot go on afterwards.";
    }
}
