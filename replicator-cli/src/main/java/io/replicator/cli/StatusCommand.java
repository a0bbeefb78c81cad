package io.replicator.cli;

import io.replicator.Replicator;
import io.replicator.config.MigrationConfig;
import io.replicator.error.ErrorCategory;
import io.replicator.error.ReplicatorException;
import io.replicator.status.Json;
import io.replicator.status.StatusReport;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Shows the state of the migration, whether or not its daemon runs. */
@Command(
        name = "status",
        description = "Show the state of the migration.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:healthy",
            "1:warnings, or paused",
            "2:failed, different sides, or no daemon while one is needed",
            "3:unknown: the target cannot be asked, or holds no figures or old ones",
            "4 and above:see replicator --help"
        })
final class StatusCommand implements Callable<Integer>, JsonCommand {
    @ParentCommand
    private ReplicatorCommand root;

    @Spec
    private CommandSpec spec;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Option(names = "--watch", description = "Draw the state again every second, until Ctrl-C.")
    private boolean watch;

    @Option(names = "--tables", description = "List the tables, too.")
    private boolean tables;

    @Override
    public Integer call() throws InterruptedException {
        if (watch && json) {
            throw new ParameterException(spec.commandLine(), "--watch and --json exclude each other");
        }
        Terminal terminal = root.terminal();
        StatusScreen screen = new StatusScreen(Style.of(terminal), tables);
        MigrationConfig config = root.config();
        String name = config.name();
        try (Replicator replicator = new Replicator(config)) {
            if (watch) {
                new StatusWatch(terminal, screen).run(() -> read(replicator, name));
            }
            StatusReport report = read(replicator, name);
            if (json) {
                terminal.out().println(Json.write(report));
            } else {
                terminal.print(screen.lines(report));
            }
            return Health.of(report).exitCode();
        }
    }

    @Override
    public boolean json() {
        return json;
    }

    /** Reads the status; a target that cannot be asked gives one in which everything is unknown. */
    private StatusReport read(Replicator replicator, String name) {
        try {
            return replicator.status();
        } catch (ReplicatorException e) {
            if (e.code().category() != ErrorCategory.CONNECTION) {
                throw e;
            }
            return new StatusReport(
                    name,
                    null,
                    null,
                    null,
                    "unknown",
                    null,
                    null,
                    StatusReport.Lag.UNKNOWN,
                    StatusReport.Copy.NOT_BEGUN,
                    new StatusReport.Apply(0, 0, 0),
                    StatusReport.Verify.NEVER,
                    List.of(),
                    e.advice(),
                    List.of());
        }
    }
}
