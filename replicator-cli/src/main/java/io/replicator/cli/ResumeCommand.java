package io.replicator.cli;

import io.replicator.Replicator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Goes on applying. */
@Command(name = "resume", description = "Go on applying.")
final class ResumeCommand implements Callable<Integer> {
    @ParentCommand
    private ReplicatorCommand root;

    @Override
    public Integer call() {
        try (Replicator replicator = root.open()) {
            replicator.resume();
            root.terminal().out().println("resumed");
            return 0;
        }
    }
}
