package io.replicator.cli;

import io.replicator.Replicator;
import io.replicator.config.Durations;
import io.replicator.config.MigrationConfig;
import io.replicator.cutover.CutoverOptions;
import io.replicator.cutover.CutoverResult;
import io.replicator.status.Json;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Switches over, or leaves everything as it was. */
@Command(
        name = "cutover",
        description = {
            "Switch over: stop the writers, apply the rest, verify, and let the source refuse writes.",
            "Any failure and Ctrl-C undo it; writers then go on on the source."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:switched; with --dry-run: it may be tried", "1:undone", "3 and above:see replicator --help"})
final class CutoverCommand implements Callable<Integer>, JsonCommand {
    private static final Duration LEAST_BUDGET = Duration.ofSeconds(1);
    private static final Duration MOST_BUDGET = Duration.ofMinutes(10);
    private static final Duration UNDO_LIMIT = Duration.ofSeconds(60);

    @ParentCommand
    private ReplicatorCommand root;

    @Spec
    private CommandSpec spec;

    @Option(names = "--dry-run", description = "Only what comes before the fence; changes nothing.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    @Option(
            names = "--budget",
            paramLabel = "DURATION",
            converter = BudgetConverter.class,
            description = "How long writers may stand still, for example 20s; the configuration's unless given.")
    private @Nullable Duration budget;

    @Option(names = "--json", description = "Print one JSON document.")
    private boolean json;

    @Override
    public Integer call() {
        Terminal terminal = root.terminal();
        MigrationConfig config = root.config();
        Duration limit = Objects.requireNonNullElse(budget, config.cutover().budget());
        if (limit.compareTo(LEAST_BUDGET) < 0 || limit.compareTo(MOST_BUDGET) > 0) {
            throw new ParameterException(spec.commandLine(), "--budget must lie between 1s and 10m");
        }
        if (!dryRun && !yes && !Confirmation.given(terminal, question(config, limit))) {
            return 1;
        }
        try (Interruption interruption = new Interruption(
                        terminal.err(), limit.plus(UNDO_LIMIT), "cancelling; waiting for the undo to be confirmed…");
                Replicator replicator = new Replicator(config)) {
            interruption.stopBy(Thread.currentThread()::interrupt);
            CutoverView view = new CutoverView(json ? terminal.err() : terminal.out());
            CutoverResult result = replicator.cutover(new CutoverOptions(limit, dryRun), view::event);
            if (json) {
                terminal.out().println(Json.write(result));
            }
            view.result(result, dryRun);
            int exitCode = result.switched() || (dryRun && result.failedStep() == null) ? 0 : 1;
            interruption.endWith(exitCode);
            return exitCode;
        }
    }

    private static String question(MigrationConfig config, Duration limit) {
        return "Switch migration '" + config.name() + "' from "
                + config.source().settings() + " to " + config.target().settings() + "? Writers stand still for up to "
                + Durations.format(limit) + ".";
    }

    @Override
    public boolean json() {
        return json;
    }

    /** Reads a duration as the configuration does. */
    static final class BudgetConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Durations.parse(text);
            } catch (IllegalArgumentException _) {
                throw new TypeConversionException("'" + text + "' is no duration such as 20s, 2m or 500ms");
            }
        }
    }
}
