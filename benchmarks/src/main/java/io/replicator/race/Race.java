package io.replicator.race;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Races on two servers that it starts itself and removes at the end. */
@Command(
        name = "race",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Races replicator against its peers on two servers of its own.")
public final class Race implements Callable<Integer> {
    @Option(
            names = "--workload",
            split = ",",
            description = "What the contenders drain: ${COMPLETION-CANDIDATES} (default: all).")
    private List<Workload> workloads = List.of(Workload.values());

    @Option(
            names = "--contender",
            split = ",",
            description =
                    "native, native-binary, replicator-wal, replicator-trigger, bucardo (default: the first four).")
    private List<String> contenders = List.of("native", "native-binary", "replicator-wal", "replicator-trigger");

    @Option(names = "--rounds", defaultValue = "3", description = "Rounds (default: 3).")
    private int rounds;

    @Option(names = "--size", description = "Transactions, or rows of the one UPDATE (default: the workload's).")
    private @Nullable Long size;

    @Option(names = "--cost", description = "Measure what the capture triggers cost the source instead.")
    private boolean cost;

    @Option(names = "--pg-bin", description = "The programs of PostgreSQL (default: the newest found).")
    private @Nullable Path pgBin;

    @Option(names = "--java-options", defaultValue = "", description = "For the daemon's JVM.")
    private String javaOptions = "";

    @Option(names = "--keep", description = "Keep servers' files and logs.")
    private boolean keep;

    @Option(names = "--results", description = "Where JSON and plot go (default: benchmarks/results).")
    private @Nullable Path results;

    /** Runs the command line. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Race())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() {
        PrintStream out = System.out;
        Path root = Path.of(System.getProperty("race.root", "."));
        Path launcher = root.resolve("replicator").toAbsolutePath();
        Path bin = pgBin == null ? newestInstalled() : pgBin;
        Path directory = directory();
        out.println("logs are in " + directory);
        try (Cluster source = Cluster.start(bin, directory, "source", freePort())) {
            Runtime.getRuntime().addShutdownHook(new Thread(source::stopQuietly));
            try (Cluster target = Cluster.start(bin, directory, "target", freePort())) {
                Runtime.getRuntime().addShutdownHook(new Thread(target::stopQuietly));
                Report report = new Report(Machine.describe(
                        source, launcher, Map.of("rounds", rounds, "cost", cost, "java_options", javaOptions)));
                race(source, target, directory, launcher, report, out);
                report.print(out);
                report.write(results == null ? root.resolve("benchmarks/results") : results, cost ? "cost" : "drain");
            }
        }
        if (!keep) {
            delete(directory);
        }
        return 0;
    }

    private void race(Cluster source, Cluster target, Path directory, Path launcher, Report report, PrintStream out) {
        if (cost) {
            report.addCosts(new CostRace(source, directory, out).run(rounds));
            return;
        }
        List<Contender> racing = new ArrayList<>();
        contenders.forEach(name -> racing.add(contender(name, launcher)));
        DrainRace drain = new DrainRace(source, target, directory, out);
        for (Workload workload : workloads) {
            report.add(drain.run(workload, size == null ? workload.usualSize() : size, racing, rounds));
        }
    }

    private Contender contender(String name, Path launcher) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "native" -> new NativeSubscription(false);
            case "native-binary" -> new NativeSubscription(true);
            case "replicator-wal" -> new ReplicatorDaemon(launcher, "wal", javaOptions);
            case "replicator-trigger" -> new ReplicatorDaemon(launcher, "trigger", javaOptions);
            case "bucardo" -> new Bucardo();
            default -> throw new IllegalArgumentException("there is no contender " + name);
        };
    }

    private static Path newestInstalled() {
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            return versions.filter(version -> Files.isExecutable(version.resolve("bin/initdb")))
                    .max(Comparator.comparingInt(
                            version -> Integer.parseInt(version.getFileName().toString())))
                    .orElseThrow(() -> new IllegalStateException("no PostgreSQL server found, give --pg-bin"))
                    .resolve("bin");
        } catch (IOException e) {
            throw new UncheckedIOException("no PostgreSQL server found, give --pg-bin", e);
        }
    }

    private static Path directory() {
        try {
            Path directory = Files.createTempDirectory("replicator-race-");
            if (Programs.isRoot()) {
                Programs.run(Path.of("/dev/null"), Map.of(), List.of("chown", "postgres", directory.toString()));
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        Programs.run(Path.of("/dev/null"), Map.of(), List.of("rm", "-rf", directory.toString()));
    }
}
