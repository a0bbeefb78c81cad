package io.replicator.cli;

import io.replicator.cli.demo.Demo;
import io.replicator.cli.demo.DemoOptions;
import io.replicator.config.CaptureMode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The whole migration on two embedded servers. */
@Command(
        name = "demo",
        description = {
            "Migrate a web shop between two embedded PostgreSQL servers while writers go on,",
            "cut over, and compare every row. Needs no PostgreSQL and no configuration; leaves nothing behind."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:both sides are equal", "1:they differ", "3 and above:see replicator --help"})
final class DemoCommand implements Callable<Integer> {
    @ParentCommand
    private ReplicatorCommand root;

    @Option(
            names = "--capture",
            paramLabel = "MODE",
            defaultValue = "wal",
            description = "wal, or trigger as a role like Heroku's. Default: ${DEFAULT-VALUE}")
    private CaptureMode capture = CaptureMode.WAL;

    @Option(
            names = "--scale",
            defaultValue = "1",
            description = "1 makes about 450,000 rows. Default: ${DEFAULT-VALUE}")
    private double scale;

    @Option(
            names = "--rate",
            defaultValue = "300",
            description = "The writers' transactions per second. Default: ${DEFAULT-VALUE}")
    private double rate;

    @Override
    public Integer call() throws InterruptedException {
        if (!root.debug()) {
            LogConfigurator.showOnlyErrors();
        }
        DemoOptions options = DemoOptions.DEFAULT.with(capture, scale, rate);
        Terminal terminal = root.terminal();
        return new Demo(options, terminal.out(), terminal.watched()).run() ? 0 : 1;
    }
}
