package io.replicator.cli;

import io.replicator.Replicator;
import io.replicator.RunOptions;
import io.replicator.status.StatusReport;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The daemon. */
@Command(
        name = "run",
        description = {
            "Run the migration: prepare, copy, and stream changes until the cutover.",
            "Ctrl-C stops it cleanly; started again, it goes on where it stopped."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:switched; with --copy-only: copied and both sides equal",
            "1:with --copy-only: the sides differ",
            "130, 143:stopped by Ctrl-C or SIGTERM",
            "3 and above:see replicator --help"
        })
final class RunCommand implements Callable<Integer> {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    @ParentCommand
    private ReplicatorCommand root;

    @Option(
            names = "--copy-only",
            description = "Copy, verify and end; no change that the source takes meanwhile is captured.")
    private boolean copyOnly;

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
            replicator.run(new RunOptions(copyOnly), view);
            view.end(interruption.requested() ? "stopped; 'replicator run' goes on where it stopped" : "");
            return copyOnly && !interruption.requested() ? outcome(replicator.status()) : 0;
        } finally {
            System.setErr(standardError);
        }
    }

    private int outcome(StatusReport report) {
        if (report.error() != null) {
            root.terminal().err().println("error: " + report.error());
        }
        return report.verify().state().equals("equal") ? 0 : 1;
    }
}
