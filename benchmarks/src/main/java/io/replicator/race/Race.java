package io.replicator.race;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Races on two servers that it starts itself and removes at the end. */
@Command(
        name = "race",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Races replicator against its peers on two PostgreSQL servers of its own.",
            "Without --cost, --lag or --load, every contender drains the same backlog in turn."
        },
        footer = {"", "Exit codes: 0 all runs count, 1 a run was refused, 2 the race could not be run."})
public final class Race implements Callable<Integer> {
    @Option(
            names = "--workload",
            split = ",",
            paramLabel = "NAME",
            description = "What is drained: tpcb, mixed, bulk-update, hot, wide (default: all).")
    private @Nullable List<String> workloads;

    @Option(
            names = "--contender",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Who drains it: native, native-binary, replicator-wal, replicator-trigger, bucardo, receive-only"
                            + " (default: native, replicator-wal, replicator-trigger, receive-only).")
    private @Nullable List<String> contenders;

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds (default: 3, with --quick 1).")
    private @Nullable Integer rounds;

    @Option(
            names = {"--transactions", "--size"},
            paramLabel = "N",
            description = "Transactions, or rows of the one UPDATE (default: the workload's, with --quick a tenth).")
    private @Nullable Long size;

    @Option(names = "--seconds", paramLabel = "N", description = "Seconds of load for --lag (default: 30).")
    private int seconds = 30;

    @Option(names = "--scale", paramLabel = "N", description = "pgbench's scale for --load (default: 100).")
    private int scale = 100;

    @Option(names = "--quick", description = "One round of small sizes, to see that all works.")
    private boolean quick;

    @ArgGroup(exclusive = true)
    private Kind kind = new Kind();

    @Option(names = "--pg-bin", paramLabel = "DIR", description = "PostgreSQL's programs (default: the newest found).")
    private @Nullable Path pgBin;

    @Option(names = "--no-fsync", description = "Run both servers without fsync.")
    private boolean noFsync;

    @Option(
            names = "--setting",
            paramLabel = "NAME=VALUE",
            description = "A further setting of both servers; may be repeated.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = {"--jvm-options", "--java-options"},
            paramLabel = "OPTIONS",
            description = "For the daemon's JVM, separated by spaces.")
    private String jvmOptions = "";

    @Option(
            names = "--configuration",
            paramLabel = "LINE",
            description =
                    "A further line of the daemon's configuration, such as 'apply: { memory: 64MB }'; may be repeated.")
    private List<String> configuration = new ArrayList<>();

    @Option(names = "--keep", description = "Keep the servers' files and all logs.")
    private boolean keep;

    @Option(names = "--results", paramLabel = "DIR", description = "For JSON and plot (default: benchmarks/results).")
    private @Nullable Path results;

    /** Runs the command line. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Race())
                .setExecutionExceptionHandler((failure, command, _) -> {
                    if (!(failure instanceof IllegalArgumentException)) {
                        throw failure;
                    }
                    command.getErr().println(failure.getMessage());
                    return CommandLine.ExitCode.USAGE;
                })
                .setExitCodeExceptionMapper(_ -> CommandLine.ExitCode.SOFTWARE)
                .execute(arguments));
    }

    @Override
    public Integer call() {
        PrintStream out = System.out;
        Path root = Path.of(System.getProperty("race.root", ".")).toAbsolutePath();
        if (noFsync) {
            settings.add("fsync=off");
        }
        try (Cleanup cleanup = new Cleanup()) {
            Path directory = Directories.temporary(cleanup, keep);
            out.println("logs: " + directory);
            cleanup.add(Programs::endAll);
            Path bin = pgBin == null ? Directories.newestPostgres() : pgBin;
            Cluster source = Cluster.start(bin, directory, "source", settings, cleanup);
            Cluster target = Cluster.start(bin, directory, "target", settings, cleanup);
            Installation installation = Installation.copy(
                    root,
                    directory,
                    jvmOptions.isBlank()
                            ? List.of()
                            : List.of(jvmOptions.strip().split("\\s+")),
                    configuration);
            Report report = new Report(Machine.describe(source, settings, jvmOptions, configuration));
            run(source, target, directory, installation, report, cleanup, out);
            report.print(out);
            report.write(results == null ? root.resolve("benchmarks/results") : results, resultName());
            return report.hasRefused() ? 1 : 0;
        }
    }

    /** A race of some workloads leaves the results of the others alone. */
    private String resultName() {
        return kind.word() + (workloads == null ? "" : "-" + String.join("-", workloads));
    }

    private List<Workload> workloads() {
        return workloads == null
                ? List.of(Workload.values())
                : workloads.stream().map(Workload::of).toList();
    }

    private void run(
            Cluster source,
            Cluster target,
            Path directory,
            Installation installation,
            Report report,
            Cleanup cleanup,
            PrintStream out) {
        int times = rounds != null ? rounds : quick ? 1 : 3;
        if (kind.cost) {
            List<CostRace.Triggers> triggers = new ArrayList<>(List.of(new NoTriggers(), new CaptureTriggers(source)));
            if (Programs.isInstalled("bucardo")) {
                triggers.add(new BucardoTriggers(source, target, directory));
            }
            report.add(new CostRace(source, directory, quick ? 5 : 15, out).run(triggers, times), CostRace.PLAIN);
        } else if (kind.lag) {
            List<String> names = contenders == null ? Contenders.usualForLag() : contenders;
            report.add(
                    new LagRace(source, target, directory, quick ? 10 : seconds, out)
                            .run(Contenders.of(names, installation, cleanup), times),
                    "native");
        } else if (kind.load) {
            LoadRace load = new LoadRace(source, target, directory, out);
            List<Loader> loaders = (contenders == null ? Loader.usual() : contenders)
                    .stream()
                            .map(name -> Loader.of(name, installation, cleanup))
                            .toList();
            report.add(load.pgbench(quick ? 10 : scale, loaders, times), "pgcopydb");
            report.add(load.manyTables(quick ? 500 : 5_000, loaders, times), "pgcopydb");
        } else {
            List<Contender> racing =
                    Contenders.of(contenders == null ? Contenders.usual() : contenders, installation, cleanup);
            DrainRace drain = new DrainRace(source, target, directory, out);
            for (Workload workload : workloads()) {
                long amount = size != null ? size : workload.usualSize() / (quick ? 10 : 1);
                report.add(drain.run(workload, amount, racing, times), "native");
            }
        }
    }

    /** What is measured; without any of them the drain of a backlog. */
    static final class Kind {
        @Option(names = "--cost", description = "Measure what capture triggers cost the source.")
        private boolean cost;

        @Option(
                names = "--lag",
                description = "Measure how long rows take to the target, at half the source's top rate.")
        private boolean lag;

        @Option(
                names = "--load",
                description = "Load whole databases; contenders: replicator, pgcopydb, dump-restore, dump-psql,"
                        + " native-sync, bucardo, limit.")
        private boolean load;

        String word() {
            return cost ? "cost" : lag ? "lag" : load ? "load" : "drain";
        }
    }
}
