package io.replicator.cli;

import io.replicator.Replicator;
import io.replicator.RunOptions;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** The daemon. */
@Command(
        name = "run",
        description = {
            "Run the migration: prepare, copy, and stream changes until the cutover.",
            "Ctrl-C stops it cleanly; started again, it goes on where it stopped."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:switched", "130, 143:stopped by Ctrl-C or SIGTERM", "3 and above:see replicator --help"})
final class RunCommand implements Callable<Integer> {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    @ParentCommand
    private ReplicatorCommand root;

    @Override
    public Integer call() throws InterruptedException {
        Terminal terminal = root.terminal();
        PrintStream standardError = System.err;
        try (RunView view = new RunView(terminal);
                Interruption interruption =
                        new Interruption(view.guard(terminal.err()), STOP_LIMIT, "stopping after the batch at hand…");
                Replicator replicator = root.open()) {
            System.setErr(view.guard(standardError));
            interruption.stopBy(replicator::stop);
            replicator.run(new RunOptions(false), view);
            view.end(interruption.requested() ? "stopped; 'replicator run' goes on where it stopped" : "");
            return 0;
        } finally {
            System.setErr(standardError);
        }
    }
}
