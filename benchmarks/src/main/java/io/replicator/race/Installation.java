package io.replicator.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Our own command line, as it was when the race began: a copy, so that a build in the meantime does not change what races.
 *
 * @param libraries its jars
 * @param cache what Java keeps of a short run to start faster, made as the launcher makes it
 * @param daemonOptions the file with the launcher's options for the daemon's JVM
 * @param jvmOptions for the daemon's JVM
 * @param configuration lines for the configuration file
 */
record Installation(
        Path libraries, Path cache, Path daemonOptions, List<String> jvmOptions, List<String> configuration) {
    static Installation copy(Path root, Path directory, List<String> jvmOptions, List<String> configuration) {
        Path built = root.resolve("replicator-cli/target/replicator/lib");
        Path libraries = directory.resolve("replicator-lib");
        Path daemonOptions = directory.resolve("daemon.options");
        try (Stream<Path> jars = Files.list(built)) {
            Files.createDirectories(libraries);
            for (Path jar : jars.toList()) {
                Files.copy(jar, libraries.resolve(jar.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
            Files.copy(root.resolve("replicator-cli/src/main/jvm/daemon.options"), daemonOptions);
        } catch (IOException e) {
            throw new UncheckedIOException("copying replicator from " + built, e);
        }
        Installation installation = new Installation(
                libraries, directory.resolve("replicator.aot"), daemonOptions, jvmOptions, configuration);
        installation.train(directory.resolve("replicator-training.log"));
        return installation;
    }

    private void train(Path log) {
        List<String> command = java("-XX:AOTCacheOutput=" + cache);
        String none = "postgresql://replicator@127.0.0.1:1/none";
        command.addAll(List.of("--source", none, "--target", none, "status"));
        Process process = Programs.start(log, Map.of(), command);
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("training " + libraries, e);
        } finally {
            Programs.end(process);
        }
    }

    /** The command up to the arguments of the command line. */
    private List<String> java(String... options) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", libraries + "/*", "io.replicator.cli.Main"));
        return command;
    }

    /** Starts a command with a configuration of its own. */
    Process start(Path log, Path configFile, String config, String... arguments) {
        try {
            Files.writeString(configFile, config + String.join("\n", configuration) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> options =
                new ArrayList<>(List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off,cds*=off", "@" + daemonOptions));
        options.addAll(jvmOptions);
        List<String> command = java(options.toArray(String[]::new));
        command.addAll(List.of("-c", configFile.toString()));
        command.addAll(List.of(arguments));
        return Programs.start(log, Map.of(), command);
    }
}
