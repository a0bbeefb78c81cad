package io.replicator.cli;

import io.replicator.Replicator;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** Stops applying. */
@Command(name = "pause", description = "Stop applying; changes wait on the source.")
final class PauseCommand implements Callable<Integer> {
    @ParentCommand
    private ReplicatorCommand root;

    @Override
    public Integer call() {
        try (Replicator replicator = root.open()) {
            replicator.pause();
            root.terminal()
                    .out()
                    .println("paused; 'replicator resume' goes on, and until then the source keeps its WAL");
            return 0;
        }
    }
}
