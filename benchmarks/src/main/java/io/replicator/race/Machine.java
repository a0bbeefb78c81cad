package io.replicator.race;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where and with what a race was run. */
final class Machine {
    private Machine() {}

    static Map<String, Object> describe(
            Cluster cluster, List<String> settings, String jvmOptions, List<String> configuration) {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("at", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        machine.put("processor", firstOf("/proc/cpuinfo", "model name"));
        machine.put("processors", Runtime.getRuntime().availableProcessors());
        machine.put("memory", firstOf("/proc/meminfo", "MemTotal"));
        machine.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        machine.put("postgresql", cluster.value("postgres", "SHOW server_version"));
        Map<String, String> peers = new LinkedHashMap<>();
        peer(peers, "bucardo", "--version");
        peer(peers, "pgcopydb", "--version");
        peer(peers, "pg_dump", "--version");
        machine.put("peers", peers);
        machine.put("fsync", cluster.value("postgres", "SHOW fsync"));
        machine.put("settings", List.of(Cluster.SETTINGS.lines().toList(), settings));
        machine.put("jvm_options", jvmOptions);
        machine.put("configuration", configuration);
        machine.put("seed", Workload.SEED);
        return machine;
    }

    private static void peer(Map<String, String> peers, String program, String option) {
        if (Programs.isInstalled(program)) {
            peers.put(program, Programs.lineWith(List.of(program, option), "version"));
        }
    }

    private static String firstOf(String file, String key) {
        try {
            if (!Files.isReadable(Path.of(file))) {
                return "unknown";
            }
            for (String line : Files.readAllLines(Path.of(file))) {
                if (line.startsWith(key)) {
                    return line.substring(line.indexOf(':') + 1).strip();
                }
            }
            return "unknown";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
